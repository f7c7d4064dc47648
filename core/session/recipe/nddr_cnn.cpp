// NDDR-CNN: one column per task, and behind each stage a layer that joins all columns' features and reduces them again for each task.
#include "core/session/recipe_layout.h"
#include "core/session/recipe_plan.h"

namespace concord {

namespace {

class NddrNetwork : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("same", same_, {.help = "Share of a task's own features at the start of each layer", .min = 0, .max = 1});
        visitor("shortcut", shortcut_, {.help = "Each task's end also reads the outputs of all earlier NDDR layers"});
        visitor("unit_rate", unitRate_, {.help = "Learning rate of the layers between columns as a multiple of the network's", .min = 0, .max = 1e6});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        const std::size_t tasks = layout.tasks().size();
        Streams streams(tasks, layout.input());
        std::vector<Streams> levels;
        for (std::size_t stage = 0; stage < layout.stages(); ++stage) {
            streams = layout.addStages(stage, streams);
            streams = layout.addSharing(fmt::format("nddr{}", stage + 1), "nddr", {{"same", same_}}, streams);
            setRate(layout.plan(), streams.front().from.node, unitRate_);
            levels.push_back(streams);
        }
        layout.finish(shortcut_ && levels.size() > 1 ? joined(layout, levels) : streams);
    }

private:
    /// All levels at the size of the last one, reduced to its channels.
    static Streams joined(RecipeLayout &layout, const std::vector<Streams> &levels)
    {
        Streams result = levels.back();
        layout.nextColumn();
        for (std::size_t t = 0; t < result.size(); ++t) {
            std::vector<RecipeLayout::Link> links;
            for (std::size_t level = 0; level < levels.size(); ++level)
                links.push_back({fmt::format("in.{}", level), levels[level][t].from});
            result[t].from = {layout.add(layout.stem(t) + "_levels", "join", {{"size", "smallest"}, {"type", layout.type()}}, layout.row(t), links), "out"};
        }
        layout.nextColumn();
        const std::vector<std::int64_t> width = {layout.width(layout.stages() - 1)};
        for (std::size_t t = 0; t < result.size(); ++t) {
            const ParamMap params = layout.hasImages() ? ParamMap{{"channels", width}, {"kernel", std::int64_t(1)}} : ParamMap{{"hidden", width}};
            result[t].from = {layout.add(layout.stem(t) + "_shortcut", layout.hasImages() ? "conv_stack" : "mlp", params, layout.row(t), {{"in", result[t].from}}), "out"};
        }
        return result;
    }

    double same_ = 0.9;
    bool shortcut_ = false;
    double unitRate_ = 10;   ///< the paper's 100 is for SGD, which does not scale steps by the gradients' size
};

} // namespace

static const RegisterRecipe<NddrNetwork> registeredNddrNetwork{RecipeCard{
    .card = {.id = "nddr_cnn",
             .title = "NDDR-CNN",
             .category = "Recipes",
             .summary = "A column per task, and layers behind each stage that reduce all columns' features to each task's own.",
             .paper = "Gao et al., CVPR 2019",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2019,
    .kind = "architecture-soft",
    .explanation = {"What tasks exchange is a choice among all channels of all columns, which a 1×1 convolution can learn.", "Behind each stage the columns are joined along the channels, and a 1×1 convolution, batch normalisation and ReLU per task reduce them; it starts near the diagonal, so that training begins with nearly separate columns.",
                    "Each layer costs T² times the square of its channels; small columns trained together stand in for the paper's VGG-16 and ResNet-101, which were trained alone first."},
    .suits = allTaskKinds(),
}};

} // namespace concord
