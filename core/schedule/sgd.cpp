#include "core/schedule/dense_update.h"
#include "core/schedule/optimiser.h"
#include "core/schedule/parameter_states.h"

namespace concord {

namespace {

struct SgdStep
{
    float rate;
    float momentum;
    float decay;
    bool nesterov;
};

CONCORD_VECTOR_LOOP void sgdLoop(float *__restrict p, const float *__restrict g, std::int64_t count, SgdStep s)
{
    for (std::int64_t i = 0; i < count; ++i)
        p[i] -= s.rate * (g[i] + s.decay * p[i]);
}

CONCORD_VECTOR_LOOP void sgdMomentumLoop(float *__restrict p, const float *__restrict g, float *__restrict m, std::int64_t count, SgdStep s)
{
    const float ahead = s.nesterov ? s.momentum : 1;
    const float fresh = s.nesterov ? 1 : 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const float gradient = g[i] + s.decay * p[i];
        m[i] = s.momentum * m[i] + gradient;
        p[i] -= s.rate * (fresh * gradient + ahead * m[i]);
    }
}

/// Stochastic gradient descent with momentum: Sutskever et al., "On the importance of initialization and momentum in deep learning",
/// ICML 2013, in the form of PyTorch (the learning rate multiplies the velocity, which starts as the first gradient).
class Sgd : public Optimiser
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("lr", learningRate, {.help = "Learning rate", .label = "learning rate", .min = 0});
        visitor("momentum", momentum_, {.help = "Share of the last velocity that is kept", .min = 0, .max = 0.9999});
        visitor("nesterov", nesterov_, {.help = "Look ahead by one velocity (Nesterov)"});
        visitor("weight_decay", weightDecay_, {.help = "Added to the gradient, times the weight", .min = 0});
    }

    void start(std::vector<at::Tensor> parameters, std::vector<double> rates) override
    {
        states_.start(std::move(parameters), std::move(rates), momentum_ > 0 ? std::vector<std::string>{"momentum"} : std::vector<std::string>{});
    }

    void step(double rateScale) override
    {
        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < states_.size(); ++i) {
            at::Tensor parameter = states_.parameter(i);
            const at::Tensor gradient = parameter.grad();
            if (!gradient.defined())
                continue;
            states_.countStep(i);
            const double rate = learningRate * rateScale * states_.rate(i);
            const SgdStep s{float(rate), float(momentum_), float(weightDecay_), nesterov_};
            const std::vector<at::Tensor> &states = states_.states(i);
            if (const DenseUpdate update(parameter, gradient, states); update.isValid())
                update.run([&](float *p, const float *g, const std::vector<float *> &m, std::int64_t begin, std::int64_t end) {
                    if (m.empty())
                        sgdLoop(p + begin, g + begin, end - begin, s);
                    else
                        sgdMomentumLoop(p + begin, g + begin, m[0] + begin, end - begin, s);
                });
            else
                stepWithTensors(parameter, gradient, states, rate);
        }
    }

    std::vector<std::pair<std::string, at::Tensor>> save() const override { return states_.save(); }
    void load(const std::vector<std::pair<std::string, at::Tensor>> &state) override { states_.load(state); }

private:
    void stepWithTensors(at::Tensor parameter, at::Tensor gradient, const std::vector<at::Tensor> &states, double rate) const
    {
        if (weightDecay_ > 0)
            gradient = gradient.add(parameter, weightDecay_);
        if (!states.empty()) {
            at::Tensor velocity = states[0];
            velocity.mul_(momentum_).add_(gradient);
            gradient = nesterov_ ? gradient.add(velocity, momentum_) : velocity;
        }
        parameter.add_(gradient, -rate);
    }

    double momentum_ = 0.9;
    bool nesterov_ = false;
    double weightDecay_ = 0;
    ParameterStates states_;
};

} // namespace

static const Register<Optimiser, Sgd> registeredSgd{Card{
    .id = "sgd",
    .title = "SGD",
    .category = "Optimisers",
    .summary = "Stochastic gradient descent with momentum.",
    .paper = "Sutskever et al., ICML 2013",
}};

} // namespace concord
