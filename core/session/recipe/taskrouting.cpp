// Task routing: one network of which each task uses the units that a fixed random mask gives it.
#include "core/session/conditioned_columns.h"

namespace concord {

namespace {

class TaskRouting : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("sharing", sharing_, {.help = "Share of each layer's units that all tasks use: 1 is hard sharing, 0 separate networks", .min = 0, .max = 1});
        visitor("rule", rule_,
                {.help = "What becomes of the other units: each belongs to one task, or every task draws its share of all units by itself",
                 .choices = {"split", "independent"}});
        visitor("norm", norm_, {.help = "Batch normalisation: one for all tasks, or one per task", .choices = {"shared", "task"}});
        visitor("seed", seed_, {.help = "Decides the masks", .min = 0, .max = 1e6});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        const auto params = [&](std::size_t stage) -> ParamMap {
            return {{"kind", layout.isResNet() ? "basic" : "plain"},
                    {"sharing", sharing_},
                    {"rule", rule_},
                    {"norm", norm_},
                    {"seed", 1000 * seed_ + std::int64_t(stage)}};
        };
        layout.finish(addConditionedColumns(layout, {.frame = "Routed network", .stem = "routed_stage", .type = "routed_stage", .params = params}));
    }

private:
    double sharing_ = 0.5;
    std::string rule_ = "split";
    std::string norm_ = "shared";
    std::int64_t seed_ = 1;
};

} // namespace

static const RegisterRecipe<TaskRouting> registeredTaskRouting{RecipeCard{
    .card = {.id = "taskrouting",
             .title = "Task routing",
             .category = "Recipes",
             .summary = "One network through which each task takes its own fixed random route of units.",
             .paper = "Strezoski et al., ICCV 2019",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2019,
    .kind = "architecture-mix",
    .explanation = {"Many tasks fit into one network when each has units that the others leave alone.",
                    "Before training a random binary mask is drawn for each layer and task: a share of the units is everyone's, the others belong to one task "
                    "each, and every forward pass is that of one task through its units.",
                    "Tasks add no parameters but their heads, and one forward pass each; the paper's VGG and wide ResNet are replaced by a few convolutions "
                    "(or ResNet-18 behind a shared stem), and all tasks are trained in every step where the paper draws one."},
    .suits = allTaskKinds(),
}};

} // namespace concord
