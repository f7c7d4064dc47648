#include "core/schedule/adam_update.h"
#include "core/schedule/optimiser.h"

namespace concord {

namespace {

/// Adam with decoupled weight decay: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2.
/// As in PyTorch, the decay is multiplied by the learning rate too.
class AdamW : public Optimiser
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("lr", learningRate, {.help = "Learning rate", .label = "learning rate", .min = 0});
        visitor("beta1", settings_.beta1, {.help = "How much of the gradient's running mean is kept", .label = "beta 1", .min = 0, .max = 0.9999999});
        visitor("beta2", settings_.beta2, {.help = "How much of the squared gradient's running mean is kept", .label = "beta 2", .min = 0, .max = 0.9999999});
        visitor("epsilon", settings_.epsilon, {.help = "Added to the root in the denominator", .min = 1e-30, .advanced = true});
        visitor("weight_decay", settings_.weightDecay, {.help = "Share of each weight, times the learning rate, that is taken away in a step", .min = 0});
    }

    void start(std::vector<at::Tensor> parameters, std::vector<double> rates) override { states_.start(std::move(parameters), std::move(rates), {"exp_avg", "exp_avg_sq"}); }
    void step(double rateScale) override { adamStep(states_, settings_, learningRate * rateScale); }
    std::vector<std::pair<std::string, at::Tensor>> save() const override { return states_.save(); }
    void load(const std::vector<std::pair<std::string, at::Tensor>> &state) override { states_.load(state); }

private:
    AdamSettings settings_ = {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weightDecay = 0.01, .decoupled = true};
    ParameterStates states_;
};

} // namespace

static const Register<Optimiser, AdamW> registeredAdamW{Card{
    .id = "adamw",
    .title = "AdamW",
    .category = "Optimisers",
    .summary = "Adam whose weight decay shrinks the weights directly.",
    .paper = "Loshchilov and Hutter, ICLR 2019",
}};

} // namespace concord
