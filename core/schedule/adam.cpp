#include "core/schedule/adam_update.h"
#include "core/schedule/optimiser.h"

namespace concord {

namespace {

/// Adam; weight decay is added to the gradient, as in PyTorch.
class Adam : public Optimiser
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("lr", learningRate, {.help = "Learning rate", .label = "learning rate", .min = 0});
        visitor("beta1", settings_.beta1, {.help = "How much of the gradient's running mean is kept", .label = "beta 1", .min = 0, .max = 0.9999999});
        visitor("beta2", settings_.beta2, {.help = "How much of the squared gradient's running mean is kept", .label = "beta 2", .min = 0, .max = 0.9999999});
        visitor("epsilon", settings_.epsilon, {.help = "Added to the root in the denominator", .min = 1e-30, .advanced = true});
        visitor("weight_decay", settings_.weightDecay, {.help = "Added to the gradient, times the weight", .min = 0});
    }

    void start(std::vector<at::Tensor> parameters, std::vector<double> rates) override { states_.start(std::move(parameters), std::move(rates), {"exp_avg", "exp_avg_sq"}); }
    void step(double rateScale) override { adamStep(states_, settings_, learningRate * rateScale); }
    std::vector<std::pair<std::string, at::Tensor>> save() const override { return states_.save(); }
    void load(const std::vector<std::pair<std::string, at::Tensor>> &state) override { states_.load(state); }

private:
    AdamSettings settings_ = {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weightDecay = 0, .decoupled = false};
    ParameterStates states_;
};

} // namespace

static const Register<Optimiser, Adam> registeredAdam{Card{
    .id = "adam",
    .title = "Adam",
    .category = "Optimisers",
    .summary = "Steps scaled by running means of the gradient and of its square.",
    .paper = "Kingma and Ba, ICLR 2015",
}};

} // namespace concord
