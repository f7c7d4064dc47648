// MTAN: one shared trunk, and per stage an attention module that masks the stage's features for each task.
#include "core/session/recipe_layout.h"

namespace concord {

namespace {

class AttentionNetwork : public Recipe
{
protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.plan().schedule = "step";   // halved half-way
        layout.plan().scheduleParams = {{"gamma", 0.5}, {"parts", std::int64_t(2)}};
        Stream trunk = layout.input();
        Streams streams;
        layout.nextColumn();
        for (std::size_t stage = 0; stage < layout.stages(); ++stage) {
            if (layout.isResNet() && stage == 0) {   // one convolution: nothing to attend to yet
                trunk = layout.addStage("trunk", stage, trunk, layout.above());
                layout.nextColumn();
                continue;
            }
            const bool isLast = stage + 1 == layout.stages();
            const Stream first = firstOf(layout, stage, trunk);
            layout.nextColumn();
            trunk = first;
            trunk.from = {layout.add(fmt::format("stage{}_last", stage + 1), "residual_stage", unit(layout.width(stage), 1, std::max<std::int64_t>(options().blocks - 1, 1)), layout.above(), {{"in", first.from}}), "out"};
            layout.nextColumn();
            const std::int64_t stride = isLast ? 1 : layout.stride(stage + 1, trunk);
            const ParamMap params = {{"channels", layout.width(isLast ? stage : stage + 1)}, {"pool", stride == 2}};
            std::vector<RecipeLayout::Link> links = {{"first", first.from}, {"last", trunk.from}};
            for (std::size_t t = 0; t < streams.size(); ++t)
                links.push_back({fmt::format("previous.{}", t), streams[t].from});
            const std::string attention = layout.add(fmt::format("attention{}", stage + 1), "mtan_attention", params, layout.middle(), links);
            streams.clear();
            for (std::size_t t = 0; t < layout.tasks().size(); ++t)
                streams.push_back({.from = {attention, fmt::format("out.{}", t)}, .shrink = trunk.shrink * stride});
        }
        layout.finish(streams);
    }

private:
    static ParamMap unit(std::int64_t channels, std::int64_t stride, std::int64_t blocks)
    {
        return {{"channels", channels}, {"blocks", blocks}, {"stride", stride}};
    }

    /// A stage's first features, u in the paper.
    static Stream firstOf(RecipeLayout &layout, std::size_t stage, const Stream &from)
    {
        const std::int64_t stride = layout.stride(stage, from);
        const std::int64_t width = layout.width(stage);
        const ParamMap params = stage == 0 ? ParamMap{{"channels", std::vector<std::int64_t>{width}}} : unit(width, stride, 1);
        const std::string id = layout.add(fmt::format("stage{}_first", stage + 1), stage == 0 ? "conv_stack" : "residual_stage", params, layout.above(), {{"in", from.from}});
        return {.from = {id, "out"}, .shrink = from.shrink * stride};
    }
};

} // namespace

static const RegisterRecipe<AttentionNetwork> registeredAttentionNetwork{RecipeCard{
    .card = {.id = "mtan",
             .title = "MTAN",
             .category = "Recipes",
             .summary = "One shared trunk, from whose stages each task selects features by soft attention masks.",
             .paper = "Liu et al., CVPR 2019",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2019,
    .kind = "architecture-mix",
    .explanation = {"All tasks share one pool of features, and each learns which of them to use.", "At every stage a task's attention module turns the stage's first features and its own earlier output into a mask between 0 and 1 for the stage's last features, and passes the masked features on.",
                    "Each further task adds only two 1×1 convolutions per stage; a small residual trunk stands in for the paper's SegNet, whose decoder has attention too."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
