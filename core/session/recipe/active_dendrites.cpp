// Active dendrites: one sparse MLP for all tasks, whose units each task gates, and of which few stay on.
#include "core/session/cued_recipe.h"

namespace concord {

namespace {

class ActiveDendrites : public CuedRecipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("segments", segments_, {.help = "Dendritic segments of each unit; 0: as many as tasks, as in the paper", .min = 0, .max = 1024});
        visitor("active", active_, {.help = "Share of a layer's units that win and stay on", .min = 0.001, .max = 1});
        visitor("sparsity", sparsity_, {.help = "Share of each unit's weights that are zero for good", .min = 0, .max = 0.99});
    }

protected:
    std::string cuedId() const override { return "dendrites"; }
    std::string cuedType() const override { return "dendritic_mlp"; }

    ParamMap cuedParams(const RecipeLayout &layout) const override
    {
        return {{"segments", segments_ > 0 ? segments_ : std::int64_t(layout.tasks().size())}, {"active", active_}, {"sparsity", sparsity_}};
    }

private:
    std::int64_t segments_ = 0;
    double active_ = 0.25;
    double sparsity_ = 0.5;
};

} // namespace

static const RegisterRecipe<ActiveDendrites> registeredActiveDendrites{RecipeCard{
    .card = {.id = "active_dendrites",
             .title = "Active dendrites",
             .category = "Recipes",
             .summary = "One sparse MLP that all tasks share, whose units the task gates through dendritic segments before the strongest are kept.",
             .paper = "Iyer et al., Frontiers in Neurorobotics 2022",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2022,
    .kind = "conditioning",
    .explanation = {"Different tasks should use different, overlapping parts of one network, so that their errors disturb each other less.", "Each unit is multiplied by the sigmoid of its dendritic segment that answers the task most strongly, and only a quarter of a layer's units, those with the largest values, pass theirs on.",
                    "Each task adds a number per unit and segment and the network runs once for each; the paper's ten robot tasks with networks of 2800 units, and its contexts worked out from the data, are replaced by the tasks of your data with smaller layers, a one-hot context and a head for each task."},
    .suits = flatTaskKinds(),
}};

} // namespace concord
