// Hard parameter sharing: one trunk that all tasks read, and a branch of its own for each.
#include "core/session/recipe_layout.h"

namespace concord {

namespace {

class HardParameterSharing : public Recipe
{
protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.nextColumn();
        Stream trunk = layout.addStem(layout.hasImages() ? "stem" : "trunk", layout.input(), layout.middle());
        if (layout.hasImages() && !layout.isResNet()) {
            layout.nextColumn();
            trunk = layout.addUnits("trunk", options().blocks, trunk, layout.middle());
        }
        layout.finish(Streams(layout.tasks().size(), trunk));
    }
};

} // namespace

static const RegisterRecipe<HardParameterSharing> registeredHardParameterSharing{RecipeCard{
    .card = {.id = "hps",
             .title = "Hard parameter sharing",
             .category = "Recipes",
             .summary = "One shared trunk, and a decoder or head of its own for each task of the data set.",
             .paper = "Caruana, Machine Learning 1997",
             .claims = {},
             .fidelity = "exact"},
    .year = 1997,
    .kind = "architecture-hard",
    .explanation = {"All tasks read the same features, so that each is an inductive bias for the others.", "A trunk is trained by the sum of all tasks' losses; only decoders and heads belong to one task.",
                    "It is the cheapest architecture and the baseline of all others: its size hardly grows with the number of tasks, and conflicting tasks must get along in every layer of the trunk."},
    .suits = allTaskKinds(),
}};

} // namespace concord
