// ATRC: for each pair of tasks one kind of context, found by a differentiable search.
#include "core/session/dense_columns.h"
#include "core/session/recipe_plan.h"

namespace concord {

namespace {

class RelationalContextNetwork : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("choice", choice_, {.help = "Contexts searched for while training, or fixed as found by a search before", .choices = {"search", "fixed"}});
        visitor("contexts", contexts_,
                {.help = "With fixed: global, local, t-label, s-label or none, target by target and source by source; one entry: for all pairs"});
        visitor("window", window_, {.help = "Side of the window of local attention; odd", .min = 1, .max = 63});
        visitor("anneal", anneal_, {.help = "Steps over which the search's temperature falls", .min = 1, .max = 1e9});
        visitor("early_weight", early_, {.help = "Weight of the loss on each initial prediction; 0: none, and no label contexts", .min = 0, .max = 100});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        stepBySgd(layout.plan(), 0.01, 5e-4);
        fallPolynomially(layout.plan());
        layout.nextColumn();
        const Stream trunk = layout.addStem("trunk", layout.input(), layout.middle());
        layout.setFrame("Task features");
        const Streams features = addTaskMaps(layout, "features", Streams(layout.tasks().size(), trunk), options().decoder);
        const Streams initial = addInitialPredictions(layout, features, early_);
        layout.setFrame("");
        std::vector<RecipeLayout::Link> labels;
        for (std::size_t t = 0; t < initial.size(); ++t)
            if (layout.isDenseTask(t))
                labels.push_back({fmt::format("initial.{}", t), initial[t].from});
        const ParamMap params = {{"choice", choice_},
                                 {"contexts", contexts_},
                                 {"channels", std::max<std::int64_t>(1, options().decoder / 2)},
                                 {"window", window_},
                                 {"anneal", anneal_}};
        layout.finish(addExchange(layout, "contexts", "relational_context", params, features, labels));
    }

private:
    std::string choice_ = "search";
    std::vector<std::string> contexts_ = {"global"};
    std::int64_t window_ = 5;
    std::int64_t anneal_ = 1000;
    double early_ = 1;
};

} // namespace

static const RegisterRecipe<RelationalContextNetwork> registeredRelationalContextNetwork{RecipeCard{
    .card = {.id = "atrc",
             .title = "ATRC",
             .category = "Recipes",
             .summary = "Each task attends to the context in every other task that a search finds best: global, local, by labels, or none.",
             .paper = "Bruggemann et al., ICCV 2021",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2021,
    .kind = "architecture-mix",
    .explanation = {"Which context helps differs from pair to pair of tasks, so it is chosen for each pair.",
                    "A search mixes all kinds of context of a pair by a Gumbel-softmax whose temperature falls, until each target takes one kind from each "
                    "source, itself included, or none, and joins what it takes to its features.",
                    "While searching, all contexts of all pairs are computed; a small trunk with windows of 5 × 5 stands in for the paper's HRNet with 9 × 9, the search is part of training by "
                    "the same optimiser instead of a run of its own before it, and initial predictions train the trunk too."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
