// InvPT: preliminary decoders, then transformer stages that double the resolution while all places of all tasks attend to each other.
#include "core/session/dense_columns.h"
#include "core/session/recipe_plan.h"

#include <numeric>

namespace concord {

namespace {

class InvertedPyramidNetwork : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("stages", stages_,
                {.help = "UP-Transformer stages, at most; each doubles the resolution, as long as a level of the encoder has it", .min = 1, .max = 6});
        visitor("heads", heads_, {.help = "Attention heads, as far as the channels can be shared among them", .min = 1, .max = 64});
        visitor("places", places_, {.help = "Keys that each task's map gives, about; maps are pooled", .min = 1, .max = 65536});
        visitor("early_weight", early_, {.help = "Weight of the loss on each preliminary prediction; 0: none", .min = 0, .max = 100});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.plan().optimiserParams = {{"weight_decay", 1e-6}};
        fallPolynomially(layout.plan());
        const Streams levels = addEncoder(layout);
        Streams streams = addPreliminary(layout, levels.back());
        std::vector<Streams> scales;
        std::vector<Stream> doubled = doubledBy(levels);
        if (doubled.empty())
            doubled = {levels.back()}; // the image could not be halved: one stage of the same size
        std::int64_t pool = poolingFor(layout, doubled.front().shrink, places_);
        PortRef message;
        for (std::size_t stage = 0; stage < doubled.size(); ++stage, pool *= 2) {
            const bool doubles = doubled[stage].shrink < streams[0].shrink;
            const std::int64_t channels = std::max<std::int64_t>(1, options().decoder >> stage);
            std::vector<RecipeLayout::Link> further = {{"encoder", doubled[stage].from}};
            if (stage > 0)
                further.push_back({"message", message});
            const ParamMap params = {
                {"channels", channels}, {"heads", headsOf(doubled.size())}, {"ratio", std::int64_t(2)}, {"pool", pool}, {"upsample", doubles}};
            layout.setFrame("UP-Transformer");
            streams = addExchange(layout, fmt::format("up{}", stage + 1), "invpt_stage", params, streams, further);
            for (Stream &stream : streams)
                stream.shrink = doubled[stage].shrink;
            message = {streams[0].from.node, "message"};
            scales.push_back(streams);
        }
        if (scales.size() > 1)
            streams = joinScales(layout, scales);
        layout.setFrame("");
        layout.finish(streams);
    }

private:
    Streams addEncoder(RecipeLayout &layout) const
    {
        Streams levels;
        layout.setFrame("Encoder");
        for (std::size_t stage = 0; stage < layout.stages(); ++stage) {
            layout.nextColumn();
            levels.push_back(layout.addStage("encoder", stage, stage == 0 ? layout.input() : levels.back(), layout.above()));
        }
        return levels;
    }

    /// Each task's features and, for dense tasks, its preliminary prediction beside them.
    Streams addPreliminary(RecipeLayout &layout, const Stream &encoded) const
    {
        layout.setFrame("Preliminary decoders");
        Streams streams = addTaskMaps(layout, "features", Streams(layout.tasks().size(), encoded), options().decoder);
        const Streams initial = addInitialPredictions(layout, streams, early_);
        layout.nextColumn();
        for (std::size_t t = 0; t < initial.size(); ++t)
            if (layout.isDenseTask(t))
                streams[t].from = {layout.add(layout.stem(t) + "_mix", "join", {}, layout.row(t), {{"in.0", streams[t].from}, {"in.1", initial[t].from}}),
                                   "out"};
        return streams;
    }

    /// The levels of the encoder that are twice as large as the one before them, from the last on.
    std::vector<Stream> doubledBy(const Streams &levels) const
    {
        std::vector<Stream> result;
        std::int64_t shrink = levels.back().shrink;
        for (std::size_t level = levels.size(); level-- > 0 && std::int64_t(result.size()) < stages_;)
            if (levels[level].shrink * 2 == shrink) {
                result.push_back(levels[level]);
                shrink = levels[level].shrink;
            }
        return result;
    }

    /// One number for all stages, as messages pass from head to head.
    std::int64_t headsOf(std::size_t stages) const
    {
        std::int64_t heads = heads_;
        for (std::size_t stage = 0; stage < stages; ++stage)
            heads = std::gcd(heads, std::max<std::int64_t>(1, options().decoder >> stage));
        return heads;
    }

    static Streams joinScales(RecipeLayout &layout, const std::vector<Streams> &scales)
    {
        layout.nextColumn();
        Streams result = scales.back();
        for (std::size_t t = 0; t < result.size(); ++t) {
            std::vector<RecipeLayout::Link> links;
            for (std::size_t scale = 0; scale < scales.size(); ++scale)
                links.push_back({fmt::format("in.{}", scale), scales[scale][t].from});
            result[t].from = {layout.add(layout.stem(t) + "_scales", "join", {}, layout.row(t), links), "out"};
        }
        return result;
    }

    std::int64_t stages_ = 3;
    std::int64_t heads_ = 2;
    std::int64_t places_ = 64;
    double early_ = 1;
};

} // namespace

static const RegisterRecipe<InvertedPyramidNetwork> registeredInvertedPyramidNetwork{RecipeCard{
    .card = {.id = "invpt",
             .title = "InvPT",
             .category = "Recipes",
             .summary = "Transformer stages that double the resolution while every place of every task attends to all tasks.",
             .paper = "Ye and Xu, ECCV 2022",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2022,
    .kind = "architecture-mix",
    .explanation =
        {"Tasks should interact at all places at once and at growing resolution, which pooled queries and keys make affordable.",
         "Preliminary decoders make features and supervised predictions, which stages of joint spatial and cross-task attention refine, each at twice the "
         "resolution, with attention scores passed from stage to stage and a level of the encoder added; the outputs of all stages are joined.",
         "Attention grows with the square of the number of tasks; a small convolutional encoder that is not pretrained stands in for the paper's vision "
         "transformer, widths are small, and there is no stochastic depth."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
