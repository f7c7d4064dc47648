// TAPS: task adaptive parameter sharing. A shared base network of which each task changes only the layers that are worth it.
#include "core/session/conditioned_columns.h"

namespace concord {

namespace {

class TaskAdaptiveSharing : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("lambda", lambda_,
                {.help = "Weight λ of the mean size of a task's scores in the objective: the larger, the more layers stay shared", .min = 0, .max = 1000});
        visitor("threshold", threshold_, {.help = "Score from which on a layer is the task's own", .min = 0, .max = 10});
        visitor(
            "base", base_,
            {.help =
                 "The shared weights: trained along with the tasks' changes, or left as they start; for maps the file in each stage's `weights` can give them",
             .choices = {"trained", "frozen"}});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        const double penalty = lambda_ / double(countLayers(layout));
        const auto params = [&](std::size_t stage) -> ParamMap {
            return {{"kind", stage == 0 ? "plain" : "basic"},
                    {"base", base_},
                    {"penalty", penalty},
                    {"threshold", threshold_},
                    {"seed", std::int64_t(stage)}};
        };
        layout.finish(addConditionedColumns(layout, {.frame = "Adaptive network", .stem = "taps_stage", .type = "taps_stage", .params = params}));
    }

private:
    /// L in the paper: layers that have scores.
    static std::int64_t countLayers(const RecipeLayout &layout)
    {
        std::int64_t count = 0;
        Stream from = layout.input();
        for (std::size_t stage = firstConditioned(layout); stage < layout.stages(); ++stage) {
            const std::int64_t stride = layout.stride(stage, from);
            from.shrink *= stride;
            if (!layout.hasImages() || stage == 0)
                count += 1;
            else
                count += 2 * stageBlocks(layout, stage) + (stride != 1 || layout.width(stage) != layout.width(stage - 1) ? 1 : 0);
        }
        return count;
    }

    double lambda_ = 0.01;
    double threshold_ = 0.1;
    std::string base_ = "trained";
};

} // namespace

static const RegisterRecipe<TaskAdaptiveSharing> registeredTaskAdaptiveSharing{RecipeCard{
    .card = {.id = "taps",
             .title = "TAPS",
             .category = "Recipes",
             .summary = "A shared base network of which each task learns which layers to change, and how.",
             .paper = "Wallingford et al., CVPR 2022",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2022,
    .kind = "architecture-mix",
    .explanation = {"A task needs weights of its own in some layers only, and training can find which.",
                    "For each task every layer has a change of the shared weights that counts only while the layer's learnt score is over a threshold; scores "
                    "are penalised, and the threshold's gradient is taken for that of the score itself.",
                    "In training each task costs a copy of the network, afterwards only the layers whose score stayed up; the paper adapts an ImageNet network "
                    "task by task, here a small base is trained along with all tasks at once (or stays as it starts), and with ResNet-18 the stem is shared."},
    .suits = allTaskKinds(),
}};

} // namespace concord
