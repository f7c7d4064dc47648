#pragma once

#include "core/session/recipe_layout.h"

namespace concord {

/// Recipes that refine each task's features by those of the other tasks behind initial predictions: a shared trunk, a column with an initial prediction for
/// each task, distillation, decoders.
class DistillationRecipe : public Recipe
{
public:
    void params(ParamVisitor &visitor) override;

protected:
    void layOut(RecipeLayout &layout) const override;

    /// From a column for each task, which gave the initial `predictions`, to what the decoders read.
    virtual Streams distil(RecipeLayout &layout, const Streams &columns, const Streams &predictions) const = 0;

    /// A block with one column "in", "out" for each task, in this column of nodes.
    static Streams addColumns(RecipeLayout &layout, const std::string &type, ParamMap params, const Streams &columns,
                              std::vector<RecipeLayout::Link> more = {});

private:
    double earlyWeight_ = 1;
};

} // namespace concord
