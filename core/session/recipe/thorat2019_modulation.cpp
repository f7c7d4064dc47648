// Early and late task modulation: one MLP for all tasks, whose first or last layer is told the task.
#include "core/session/cued_recipe.h"

namespace concord {

namespace {

class TaskModulation : public CuedRecipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("modulated", modulated_, {.help = "Which layers know the task: the first, the last, or both", .choices = {"early", "late", "both"}});
        visitor("gain", gain_, {.help = "A task scales what such a layer reads"});
        visitor("bias", bias_, {.help = "A task scales such a layer's biases"});
    }

protected:
    std::string cuedId() const override { return "modulated"; }
    std::string cuedType() const override { return "modulated_mlp"; }

    ParamMap cuedParams(const RecipeLayout &layout) const override
    {
        const auto last = std::int64_t(layout.options().hidden.size());
        const std::vector<std::int64_t> layers = modulated_ == "early" ? std::vector<std::int64_t>{1} : modulated_ == "late" ? std::vector<std::int64_t>{last} : std::vector<std::int64_t>{1, last};
        return {{"modulated", layers}, {"gain", gain_}, {"bias", bias_}};
    }

private:
    std::string modulated_ = "both";
    bool gain_ = true;
    bool bias_ = true;
};

} // namespace

static const RegisterRecipe<TaskModulation> registeredTaskModulation{RecipeCard{
    .card = {.id = "thorat2019_modulation",
             .title = "Early and late task modulation",
             .category = "Recipes",
             .summary = "One MLP that all tasks share, with a gain and a scaled bias of each task at its first layer, its last one, or both.",
             .paper = "Thorat et al., CCN 2019",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2019,
    .kind = "conditioning",
    .explanation = {"A network that is too small for all its tasks can do them one at a time when a cue reshapes it for the task at hand, and the cue helps most at early layers.", "A one-hot cue scales the inputs and the biases of chosen layers by learnt numbers of its task, while all weights stay common; the network runs once for each task.",
                    "Each task adds as many numbers as a modulated layer has inputs and outputs; the paper's question whether the cued digit is there, with one yes-or-no output for hundreds of cues on permuted MNIST, is replaced by the tasks of your data and a head for each."},
    .suits = flatTaskKinds(),
}};

} // namespace concord
