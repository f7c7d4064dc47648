// DenseMTL: decoders of several scales, at each of which every pair of tasks exchanges features by cross-task attention.
#include "core/session/dense_columns.h"

namespace concord {

namespace {

class CrossTaskAttentionNetwork : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("scales", scales_,
                {.help = "Scales at which tasks exchange features; each is twice as large as the one before, up to the image's size", .min = 1, .max = 6});
        visitor("reduction", reduction_, {.help = "How many times fewer channels a pair of tasks works with", .min = 1, .max = 64});
        visitor("places", places_, {.help = "Places of a map that attention works on, about; larger maps are pooled", .min = 1, .max = 65536});
        visitor("early_weight", early_, {.help = "Weight of the loss on each scale's early prediction; 0: none", .min = 0, .max = 100});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.nextColumn();
        const Stream trunk = layout.addStem("trunk", layout.input(), layout.middle());
        Streams streams(layout.tasks().size(), trunk);
        for (std::int64_t scale = 1; scale <= scales_; ++scale) {
            const std::int64_t upsample = scale > 1 ? 2 : 1;
            if (streams[0].shrink % upsample != 0)
                break;
            layout.setFrame(fmt::format("Scale {}", scale));
            streams = addTaskMaps(layout, fmt::format("scale{}", scale), streams, options().decoder, upsample);
            addInitialPredictions(layout, streams, early_);
            const ParamMap params = {{"reduction", reduction_}, {"pool", poolingFor(layout, streams[0].shrink, places_)}};
            streams = addExchange(layout, fmt::format("xtam{}", scale), "xtam", params, streams);
        }
        layout.setFrame("");
        layout.finish(streams);
    }

private:
    std::int64_t scales_ = 2;
    std::int64_t reduction_ = 2;
    std::int64_t places_ = 256;
    double early_ = 1;
};

} // namespace

static const RegisterRecipe<CrossTaskAttentionNetwork> registeredCrossTaskAttentionNetwork{RecipeCard{
    .card = {.id = "densemtl",
             .title = "DenseMTL",
             .category = "Recipes",
             .summary = "At several scales of the decoders every task takes from every other what correlation and gates find useful.",
             .paper = "Lopes et al., WACV 2023",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2023,
    .kind = "architecture-mix",
    .explanation = {"What one dense task knows at a place can serve another task at places that look alike.",
                    "For each ordered pair of tasks, attention guided by the correlation of the two tasks' features and a self-attention gate on the source "
                    "are fused and added to the target, at each scale, where early predictions are supervised too.",
                    "Cost grows with the square of the number of tasks; a small trunk without skip connections stands in for the paper's ResNet and its "
                    "decoders, pairs work with half the channels, and the weights of attention start at zero as in the authors' code."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
