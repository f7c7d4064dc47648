// PSD-Net: each task's features are spread along local structures, its own and those of other tasks that match them.
#include "core/session/distillation_recipe.h"

namespace concord {

namespace {

class PatternStructureDiffusion : public DistillationRecipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        DistillationRecipe::params(visitor);
        visitor("kernel", kernel_, {.help = "Side of the square of pixels that make a structure, an odd number", .unit = "px", .min = 3, .max = 15});
        visitor("orders", orders_, {.help = "How often features are spread, each time further by the factor kernel", .min = 1, .max = 5});
    }

protected:
    Streams distil(RecipeLayout &layout, const Streams &columns, const Streams &) const override
    {
        return addColumns(layout, "structure_diffusion", {{"kernel", kernel_}, {"orders", orders_}}, columns);
    }

private:
    std::int64_t kernel_ = 3;
    std::int64_t orders_ = 2;
};

} // namespace

static const RegisterRecipe<PatternStructureDiffusion> registeredPatternStructureDiffusion{RecipeCard{
    .card = {.id = "psd_net",
             .title = "PSD-Net",
             .category = "Recipes",
             .summary = "Each task's features spread along small graphs of neighbouring pixels, its own and matching ones of other tasks.",
             .paper = "Zhou et al., CVPR 2020",
             .claims = {},
             .fidelity = "analogue"},
    .year = 2020,
    .kind = "architecture-mix",
    .explanation = {"Small patterns of structure recur within a task and at the same place in other tasks.",
                    "Each task's branch, trained by an initial prediction, gives every pixel a graph of weighted edges to its neighbours; features are summed "
                    "along the edges in growing neighbourhoods, and the graphs of other tasks at the same pixel are added the more the better they match.",
                    "A task adds a branch, two 1×1 convolutions and one weight for each other task; what a graph's edges and matching are follows the paper's "
                    "description and not its layers, and a small trunk stands in for its ResNet."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
