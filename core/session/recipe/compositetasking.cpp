// CompositeTasking: one encoder and one decoder, which a palette tells at each pixel what to do.
#include "core/session/recipe_layout.h"

namespace concord {

namespace {

class CompositeTasking : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("mosaic", mosaic_,
                {.help = "Share of the training samples with palettes of random rectangles; the others ask for one task everywhere", .min = 0, .max = 1});
        visitor("embedding", embedding_, {.help = "Numbers that stand for a task", .min = 1, .max = 4096});
        visitor("hidden_palette", hidden_, {.help = "Channels between the palette's embedding and the features' scale and shift", .min = 1, .max = 8192});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        const std::size_t tasks = layout.tasks().size();
        layout.nextColumn();
        layout.setFrame("Encoder");
        Streams skips;
        for (std::size_t stage = 0; stage < layout.stages(); ++stage) {
            if (stage > 0)
                layout.nextColumn();
            skips.push_back(layout.addStage("encoder", stage, stage == 0 ? layout.input() : skips.back(), layout.middle()));
        }
        layout.setFrame("");
        const std::string embedding =
            layout.add("palette", "task_embedding", {{"size", embedding_}, {"mosaic", mosaic_}}, layout.above(), {{"in", layout.input().from}});
        layout.setFrame("Composite decoder");
        Streams streams(tasks, skips.back());
        for (std::size_t stage = skips.size(); stage-- > 0;) {
            layout.nextColumn();
            const bool isDeepest = stage + 1 == skips.size();
            std::vector<RecipeLayout::Link> links;
            if (!isDeepest)
                links.push_back({"skip", skips[stage].from});
            for (std::size_t t = 0; t < tasks; ++t) {
                links.push_back({fmt::format("in.{}", t), streams[t].from});
                links.push_back({fmt::format("palette.{}", t), {embedding, fmt::format("out.{}", t)}});
            }
            const std::string id = layout.add(fmt::format("decoder{}", stage + 1), "task_palette", {{"channels", layout.width(stage)}, {"hidden", hidden_}},
                                              layout.middle(), links);
            for (std::size_t t = 0; t < tasks; ++t)
                streams[t] = {.from = {id, fmt::format("out.{}", t)}, .shrink = skips[stage].shrink};
        }
        layout.setFrame("");
        if (mosaic_ > 0)
            streams = gather(layout, embedding, streams);
        layout.finish(streams);
    }

private:
    static Streams gather(RecipeLayout &layout, const std::string &embedding, Streams streams)
    {
        layout.nextColumn();
        std::vector<RecipeLayout::Link> links = {{"palette", {embedding, "palette"}}};
        for (std::size_t t = 0; t < streams.size(); ++t)
            links.push_back({fmt::format("in.{}", t), streams[t].from});
        const std::string id = layout.add("gather", "palette_gather", {}, layout.middle(), links);
        for (std::size_t t = 0; t < streams.size(); ++t)
            streams[t].from = {id, fmt::format("out.{}", t)};
        return streams;
    }

    double mosaic_ = 0.5;
    std::int64_t embedding_ = 16;
    std::int64_t hidden_ = 32;
};

} // namespace

static const RegisterRecipe<CompositeTasking> registeredCompositeTasking{RecipeCard{
    .card = {.id = "compositetasking",
             .title = "CompositeTasking",
             .category = "Recipes",
             .summary = "One encoder and decoder, told at each pixel by a palette of tasks what to predict there.",
             .paper = "Popovic et al., CVPR 2021",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2021,
    .kind = "conditioning",
    .explanation =
        {"Which task is wanted may differ from place to place, and one network can be told so.",
         "A palette of task embeddings becomes scale and shift of the decoder's normalised features at each pixel; the decoder runs once per task, and in "
         "training a share of the samples has mixed palettes of random rectangles, from whose columns each task's features are put together again.",
         "Each task adds one embedding, a forward pass of the decoder and, unlike the paper's single output layer, a small decoder and head that fit its "
         "labels; a small encoder stands in for the ResNet, and its skips are read as they are."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
