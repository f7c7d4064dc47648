// DeMT: deformable mixers, one per task, and a transformer decoder in which each task asks all of them.
#include "core/session/dense_columns.h"

#include <numeric>

namespace concord {

namespace {

class DeformableMixerNetwork : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("depth", depth_, {.help = "Mixers behind one another, each task's own", .min = 1, .max = 16});
        visitor("kernel", kernel_, {.help = "Side of the deformable kernels; odd", .min = 1, .max = 7});
        visitor("heads", heads_, {.help = "Attention heads, as far as the decoder's channels can be shared among them", .min = 1, .max = 64});
        visitor("places", places_, {.help = "Places of a task's map that others can ask, about; larger maps are pooled", .min = 1, .max = 65536});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.nextColumn();
        const Stream trunk = layout.addStem("trunk", layout.input(), layout.middle());
        const std::int64_t width = options().decoder;
        const ParamMap mixer = {{"channels", width}, {"depth", depth_}, {"kernel", kernel_}};
        Streams streams = addExchange(layout, "mixer", "deformable_mixer", mixer, Streams(layout.tasks().size(), trunk));
        const ParamMap queries = {{"heads", std::gcd(heads_, width)}, {"pool", poolingFor(layout, trunk.shrink, places_)}};
        layout.finish(addExchange(layout, "queries", "task_query_decoder", queries, streams));
    }

private:
    std::int64_t depth_ = 1;
    std::int64_t kernel_ = 3;
    std::int64_t heads_ = 4;
    std::int64_t places_ = 256;
};

} // namespace

static const RegisterRecipe<DeformableMixerNetwork> registeredDeformableMixerNetwork{RecipeCard{
    .card = {.id = "demt",
             .title = "DeMT",
             .category = "Recipes",
             .summary = "Deformable convolutions find each task's features, and a small transformer lets each task ask those of all.",
             .paper = "Xu et al., AAAI 2023",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2023,
    .kind = "architecture-mix",
    .explanation = {"Convolutions that choose where to look give each task its own features, and attention gives it those of the others.",
                    "Per task a 1×1 convolution mixes channels and a deformable convolution mixes places; then all tasks' tokens attend to each other, and "
                    "each task's tokens query the result.",
                    "Attention grows with the square of the number of tasks and of places, so large maps are pooled for what is asked; a small trunk stands in "
                    "for the paper's HRNet or Swin, and 3×3 kernels share offsets where the authors' code moves each channel of a 1×1 kernel."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
