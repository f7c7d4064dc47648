#pragma once

#include "core/base/params.h"
#include "core/base/registry.h"
#include "core/graph/experiment.h"
#include "core/graph/tensor_type.h"

namespace concord {

class RecipeLayout;

/// What a recipe says of the system it lays out, beyond what every card says.
struct RecipeCard
{
    Card card = {};
    int year = 0;
    std::string kind = {};                        ///< the catalogue's word: "architecture-hard", "architecture-soft" …
    std::vector<std::string> explanation = {};    ///< three sentences: the idea, how it works, what it costs or is good for
    std::vector<TaskKind> suits = {};             ///< kinds of tasks that it can lay out
    bool needsImages = false;
};

/// What recipes have in common.
struct RecipeOptions
{
    std::vector<std::int64_t> channels = {24, 48, 64};
    std::int64_t blocks = 2;
    std::string backbone = "plain";
    std::int64_t decoder = 32;
    std::vector<std::int64_t> hidden = {256, 256};
    std::string method = "equal";
};

/// Lays out a published system as a task graph for the tasks of a data node, out of blocks that a person can see and rewire.
/// One file each in core/session/recipe.
class Recipe : public Parametrised
{
public:
    /// The common options; a recipe with more calls this first.
    void params(ParamVisitor &visitor) override;

    /// `data`: a node of a data set; `tasks`: those of its tasks that are wanted, empty for all. The experiment is complete. Throws
    /// Error: no data set of that type, folder not there, no such tasks, options or tasks that do not go with this system.
    Experiment make(const Node &data, const std::vector<std::string> &tasks = {}) const;

    const RecipeCard &card() const { return card_; }
    void setCard(RecipeCard card) { card_ = std::move(card); }

protected:
    /// Everything between the data node and the losses; ends with RecipeLayout::finish. RecipeLayout::plan is what the system is trained by.
    virtual void layOut(RecipeLayout &layout) const = 0;

    const RecipeOptions &options() const { return options_; }

private:
    RecipeOptions options_;
    RecipeCard card_;
};

using RecipeRegistry = Registry<Recipe>;

/// At the end of a recipe's file.
template<class T>
struct RegisterRecipe
{
    explicit RegisterRecipe(const RecipeCard &card)
    {
        RecipeRegistry::instance().add(card.card, [card] {
            auto recipe = std::make_unique<T>();
            recipe->setCard(card);
            return recipe;
        });
    }
};

/// All recipes' cards, by id.
std::vector<RecipeCard> listRecipes();

/// For `suits`.
std::vector<TaskKind> allTaskKinds();

} // namespace concord
