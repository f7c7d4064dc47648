// TAPS: task adaptive parameter sharing. A shared base network of which each task changes only the layers that are worth it.
#include "core/session/recipe_layout.h"

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
        Streams streams(layout.tasks().size(), layout.input());
        std::size_t stage = 0;
        if (layout.isResNet()) {
            layout.nextColumn();
            streams.assign(streams.size(), layout.addStage("trunk", stage++, layout.input(), layout.middle()));
        }
        const double penalty = lambda_ / double(countLayers(layout, stage, streams.front()));
        layout.setFrame("Adaptive network");
        for (; stage < layout.stages(); ++stage) {
            const std::int64_t stride = layout.stride(stage, streams.front());
            const ParamMap params = {{"channels", layout.width(stage)},
                                     {"blocks", blocks(layout, stage)},
                                     {"stride", stride},
                                     {"kind", stage == 0 ? "plain" : "basic"},
                                     {"base", base_},
                                     {"penalty", penalty},
                                     {"threshold", threshold_},
                                     {"seed", std::int64_t(stage)}};
            streams = layout.addSharing(fmt::format("taps_stage{}", stage + 1), "taps_stage", params, streams);
            for (Stream &stream : streams)
                stream.shrink *= stride;
        }
        layout.setFrame("");
        layout.finish(streams);
    }

private:
    std::int64_t blocks(const RecipeLayout &layout, std::size_t stage) const
    {
        return layout.isResNet() ? 2 : layout.hasImages() && stage > 0 ? options().blocks : 1;
    }

    /// L in the paper: layers that have scores.
    std::int64_t countLayers(const RecipeLayout &layout, std::size_t stage, Stream from) const
    {
        std::int64_t count = 0;
        for (; stage < layout.stages(); ++stage) {
            const std::int64_t stride = layout.stride(stage, from);
            from.shrink *= stride;
            if (!layout.hasImages() || stage == 0)
                count += 1;
            else
                count += 2 * blocks(layout, stage) + (stride != 1 || layout.width(stage) != layout.width(stage - 1) ? 1 : 0);
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
