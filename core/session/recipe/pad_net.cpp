// PAD-Net: initial predictions of every task, and messages between the tasks' features in front of the final ones.
#include "core/session/distillation_recipe.h"

namespace concord {

namespace {

class PredictionAndDistillation : public DistillationRecipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        DistillationRecipe::params(visitor);
        visitor("module", module_,
                {.help = "How tasks exchange: gated messages (the paper's C), messages (B), or all columns joined (A)",
                 .choices = {"attention", "message", "concat"}});
        visitor("predictions", predictions_, {.help = "Distillation reads the dense tasks' initial predictions too, besides the features in front of them"});
    }

protected:
    Streams distil(RecipeLayout &layout, const Streams &columns, const Streams &predictions) const override
    {
        std::vector<RecipeLayout::Link> early;
        for (std::size_t t = 0; predictions_ && t < predictions.size(); ++t)
            if (predictions[t].isMap)
                early.push_back({fmt::format("prediction.{}", t), predictions[t].from});
        return addColumns(layout, "pad_distillation", {{"module", module_}}, columns, early);
    }

private:
    std::string module_ = "attention";
    bool predictions_ = false;
};

} // namespace

static const RegisterRecipe<PredictionAndDistillation> registeredPredictionAndDistillation{RecipeCard{
    .card = {.id = "pad_net",
             .title = "PAD-Net",
             .category = "Recipes",
             .summary = "Each task predicts early, and the tasks' features exchange gated messages before they predict again.",
             .paper = "Xu et al., CVPR 2018",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2018,
    .kind = "architecture-mix",
    .explanation = {"What one task has already worked out helps another, so tasks first predict and then look at each other's work.",
                    "Behind a shared trunk each task's branch makes an initial prediction with a loss of its own; each branch's features then take in messages "
                    "from all other branches through a gate that looks at the receiver, and decoders predict from the result.",
                    "Each further task adds a branch and two convolutions; a small trunk stands in for the paper's ResNet-50, the data set's own tasks for its "
                    "auxiliary ones, and all predict again at the end."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
