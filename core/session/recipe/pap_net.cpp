// PAP-Net: which pixels belong together is learnt by every task, and each task's features are spread along a mixture of that.
#include "core/session/distillation_recipe.h"

namespace concord {

namespace {

class PatternAffinitivePropagation : public DistillationRecipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        DistillationRecipe::params(visitor);
        visitor("size", size_,
                {.help = "Longest side of the maps whose pixels are compared; larger ones are averaged to it", .unit = "px", .min = 1, .max = 256});
        visitor("steps", steps_, {.help = "How often features are spread", .min = 1, .max = 64});
        visitor("beta", beta_, {.help = "Share of the spread features in each step", .min = 0, .max = 1});
    }

protected:
    Streams distil(RecipeLayout &layout, const Streams &columns, const Streams &) const override
    {
        return addColumns(layout, "affinity_diffusion", {{"size", size_}, {"steps", steps_}, {"beta", beta_}}, columns);
    }

private:
    std::int64_t size_ = 16;
    std::int64_t steps_ = 3;
    double beta_ = 0.5;
};

} // namespace

static const RegisterRecipe<PatternAffinitivePropagation> registeredPatternAffinitivePropagation{RecipeCard{
    .card = {.id = "pap_net",
             .title = "PAP-Net",
             .category = "Recipes",
             .summary = "Each task's features spread between pixels that a learnt mixture of all tasks' affinities finds alike.",
             .paper = "Zhang et al., CVPR 2019",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2019,
    .kind = "architecture-mix",
    .explanation = {"Pairs of pixels that are alike for one task are mostly alike for the others, so this likeness is what tasks exchange.",
                    "Each task's branch, trained by an initial prediction, gives a matrix of affinities between all pixels of a small map; a task mixes all "
                    "tasks' matrices by learnt weights and spreads its own features along the mixture some times over.",
                    "A task adds a branch, one 1×1 convolution and its weights, and comparing pixels costs the square of their number; a small trunk stands in "
                    "for the paper's ResNet, weights are normalised by a softmax, and its losses on affinities are left out."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
