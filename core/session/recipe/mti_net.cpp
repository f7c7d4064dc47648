// MTI-Net: initial predictions at every scale of a backbone, from the coarsest on; distillation between tasks at each scale; all scales in the end.
#include "core/session/recipe_layout.h"
#include "core/session/recipe_plan.h"

#include <algorithm>

namespace concord {

namespace {

class MultiScaleTaskInteraction : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor(
            "scales", scales_,
            {.help = "Number of scales, each half as large as the one before; fewer where the image cannot be halved so often or channels has fewer numbers",
             .min = 1,
             .max = 4});
        visitor("early_weight", earlyWeight_, {.help = "What the loss on each initial prediction counts beside that on the final one", .min = 0, .max = 1e6});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.plan().optimiserParams = {{"weight_decay", 1e-4}};
        fallPolynomially(layout.plan());
        const Streams scales = layout.isResNet() ? resNetScales(layout) : hrnetScales(layout);
        const std::size_t tasks = layout.tasks().size();
        std::vector<Streams> initial(scales.size());
        Streams from(tasks, scales.back());
        for (std::size_t s = scales.size(); s-- > 0;) {
            initial[s] = addInitial(layout, s, from);
            if (s > 0)
                from = addPropagation(layout, s, initial[s], scales[s - 1]);
        }
        layout.nextColumn();
        std::vector<RecipeLayout::Link> links;
        for (std::size_t s = 0; s < scales.size(); ++s)
            for (std::size_t t = 0; t < tasks; ++t)
                links.push_back({fmt::format("scale{}.{}", s + 1, t), initial[s][t].from});
        const std::string id = layout.add("distillation", "multi_scale_distillation", {{"scales", std::int64_t(scales.size())}}, layout.middle(), links);
        Streams streams = initial[0];
        for (std::size_t t = 0; t < tasks; ++t)
            streams[t].from = {id, fmt::format("out.{}", t)};
        layout.finish(streams);
    }

private:
    /// A strided convolution and an HRNet, one resolution for each scale.
    Streams hrnetScales(RecipeLayout &layout) const
    {
        const auto halves = [&](std::int64_t times) {
            return layout.image()[1] % (std::int64_t(1) << times) == 0 && layout.image()[2] % (std::int64_t(1) << times) == 0;
        };
        std::int64_t count = std::min(scales_, std::int64_t(options().channels.size()));
        while (count > 1 && !halves(count - 1))
            --count;
        const std::int64_t stride = halves(count) ? 2 : 1;
        layout.nextColumn();
        const std::vector<std::int64_t> channels(options().channels.begin(), options().channels.begin() + count);
        const std::string stem = layout.add("stem", "conv_stack", {{"channels", std::vector{channels[0]}}, {"strides", std::vector{stride}}}, layout.middle(),
                                            {{"in", layout.input().from}});
        layout.nextColumn();
        const std::string hrnet = layout.add("hrnet", "hrnet", {{"channels", channels}, {"blocks", options().blocks}, {"output", std::string("scales")}},
                                             layout.middle(), {{"in", {stem, "out"}}});
        Streams result;
        for (std::int64_t s = 0; s < count; ++s)
            result.push_back({.from = {hrnet, fmt::format("scale{}", s + 1)}, .shrink = stride << s});
        return result;
    }

    /// The last stages of ResNet-18.
    Streams resNetScales(RecipeLayout &layout) const
    {
        layout.setFrame("ResNet-18");
        Streams result;
        Stream stream = layout.input();
        for (std::size_t stage = 0; stage < layout.stages(); ++stage) {
            layout.nextColumn();
            stream = layout.addStage("trunk", stage, stream, layout.above());
            if (stage + std::size_t(scales_) >= layout.stages())
                result.push_back(stream);
        }
        layout.setFrame("");
        return result;
    }

    /// A branch with an initial prediction for each task, as wide as the backbone is at this scale.
    Streams addInitial(RecipeLayout &layout, std::size_t scale, const Streams &from) const
    {
        const std::int64_t channels = layout.isResNet() ? layout.width(layout.stages() - std::size_t(scales_) + scale) : options().channels[scale];
        layout.setFrame(fmt::format("Initial predictions, scale {}", scale + 1));
        layout.nextColumn();
        Streams result = from;
        for (std::size_t t = 0; t < from.size(); ++t)
            result[t].from = {layout.add(fmt::format("{}_scale{}", layout.stem(t), scale + 1), "residual_stage",
                                         {{"channels", channels}, {"blocks", options().blocks}, {"stride", std::int64_t(1)}}, layout.row(t),
                                         {{"in", from[t].from}}),
                              "out"};
        layout.nextColumn();
        for (std::size_t t = 0; t < from.size(); ++t)
            layout.addInitialPrediction(t, result[t], earlyWeight_);
        layout.setFrame("");
        return result;
    }

    /// What each task reads at the next finer scale.
    static Streams addPropagation(RecipeLayout &layout, std::size_t scale, const Streams &coarse, const Stream &finer)
    {
        layout.nextColumn();
        std::vector<RecipeLayout::Link> links = {{"finer", finer.from}};
        for (std::size_t t = 0; t < coarse.size(); ++t)
            links.push_back({fmt::format("in.{}", t), coarse[t].from});
        const std::string id = layout.add(fmt::format("propagation{}", scale + 1), "feature_propagation", {}, layout.middle(), links);
        Streams result(coarse.size(), finer);
        for (std::size_t t = 0; t < result.size(); ++t)
            result[t].from = {id, fmt::format("out.{}", t)};
        return result;
    }

    std::int64_t scales_ = 3;
    double earlyWeight_ = 1;
};

} // namespace

static const RegisterRecipe<MultiScaleTaskInteraction> registeredMultiScaleTaskInteraction{RecipeCard{
    .card = {.id = "mti_net",
             .title = "MTI-Net",
             .category = "Recipes",
             .summary = "Tasks predict at every scale of a backbone and distil each other's features at each scale for itself.",
             .paper = "Vandenhende et al., ECCV 2020",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2020,
    .kind = "architecture-mix",
    .explanation =
        {"Two tasks that help each other at one scale need not do so at another, so tasks interact at each scale by itself.",
         "From the coarsest scale on, each task has a branch with an initial prediction, and a propagation module hands what the tasks found to the next finer "
         "scale; at every scale tasks take in each other's features through spatial attention, and each task predicts from all its scales joined.",
         "Branches and predictions grow with tasks times scales and distillation with the square of the tasks, so it is among the largest; three scales of a "
         "small HRNet stand in for the paper's four of HRNet-18, and one decoder convolution for its head."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
