// Cross-stitch networks: one column per task, and behind each stage a unit that mixes the columns.
#include "core/session/recipe_layout.h"
#include "core/session/recipe_plan.h"

namespace concord {

namespace {

class CrossStitchNetwork : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("same", same_, {.help = "Share of a task's own features at the start of each unit", .min = 0, .max = 1});
        visitor("alpha", alpha_, {.help = "One mixing matrix per channel, as in the paper, or one for each unit", .choices = {"channel", "layer"}});
        visitor("unit_rate", unitRate_, {.help = "Learning rate of the units as a multiple of the network's", .min = 0, .max = 1e6});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        Streams streams(layout.tasks().size(), layout.input());
        for (std::size_t stage = 0; stage < layout.stages(); ++stage) {
            streams = layout.addStages(stage, streams);
            streams = layout.addSharing(fmt::format("stitch{}", stage + 1), "cross_stitch", {{"same", same_}, {"alpha", alpha_}}, streams);
            setRate(layout.plan(), streams.front().from.node, unitRate_);
        }
        layout.finish(streams);
    }

private:
    double same_ = 0.9;
    std::string alpha_ = "channel";
    double unitRate_ = 10;   ///< the paper's 100 to 1000 make up for small gradients under SGD; Adam does that by itself
};

} // namespace

static const RegisterRecipe<CrossStitchNetwork> registeredCrossStitchNetwork{RecipeCard{
    .card = {.id = "cross_stitch",
             .title = "Cross-stitch network",
             .category = "Recipes",
             .summary = "A column per task, and units behind each stage that learn how much each column takes from the others.",
             .paper = "Misra et al., CVPR 2016",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2016,
    .kind = "architecture-soft",
    .explanation = {"How much two tasks should share is learnt layer by layer instead of being chosen.", "Behind each stage every task's features become a weighted sum of all tasks' features, with weights for each channel that start near the identity.",
                    "Parameters and computation grow with the number of tasks as for single-task networks; small columns trained together stand in for the paper's AlexNets, which are trained alone first; the units learn ten times as fast as the columns (the paper: 100 to 1000 times, under SGD)."},
    .suits = allTaskKinds(),
}};

} // namespace concord
