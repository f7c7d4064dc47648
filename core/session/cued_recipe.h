#pragma once

#include "core/session/recipe_layout.h"

namespace concord {

/// Recipes of one form: an MLP that all tasks share and that is told the task, applied to the input once per task; heads of the tasks' own behind it. Of images
/// the pixels are read, one behind another.
class CuedRecipe : public Recipe
{
protected:
    void layOut(RecipeLayout &layout) const override;

    /// Id of the shared node, its block, and the block's parameters but for "hidden".
    virtual std::string cuedId() const = 0;
    virtual std::string cuedType() const = 0;
    virtual ParamMap cuedParams(const RecipeLayout &layout) const = 0;
};

/// Those whose label is one value or vector per sample.
std::vector<TaskKind> flatTaskKinds();

} // namespace concord
