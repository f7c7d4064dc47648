#include "core/schedule/adam_update.h"

#include "core/schedule/dense_update.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

/// Everything of a step that is the same for all elements, rounded once.
struct AdamStep
{
    float beta1;
    float oneMinusBeta1;
    float beta2;
    float oneMinusBeta2;
    float epsilon;
    float gradientDecay;
    float keep;               ///< 1 − rate · decoupled weight decay
    float rate;               ///< rate / (1 − β₁^t)
    float rootCorrection;     ///< √(1 − β₂^t)
};

/// First half: the running means; leaves the second one in `root`, where its square root will be taken.
CONCORD_VECTOR_LOOP void adamMeans(const float *__restrict p, const float *__restrict g, float *__restrict m, float *__restrict v,
                                   float *__restrict root, std::int64_t count, AdamStep s)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const float gradient = g[i] + s.gradientDecay * p[i];
        m[i] = s.beta1 * m[i] + s.oneMinusBeta1 * gradient;
        v[i] = s.beta2 * v[i] + s.oneMinusBeta2 * (gradient * gradient);
        root[i] = v[i];
    }
}

CONCORD_VECTOR_LOOP void adamMove(float *__restrict p, const float *__restrict m, const float *__restrict root, std::int64_t count, AdamStep s)
{
    for (std::int64_t i = 0; i < count; ++i)
        p[i] = s.keep * p[i] - s.rate * (m[i] / (root[i] / s.rootCorrection + s.epsilon));
}

/// In pieces that stay in the first cache, so that memory is read and written once.
void adamLoop(float *p, const float *g, float *m, float *v, std::int64_t count, const AdamStep &s)
{
    constexpr std::int64_t piece = 512;
    float root[piece];
    for (std::int64_t at = 0; at < count; at += piece) {
        const std::int64_t n = std::min(piece, count - at);
        adamMeans(p + at, g + at, m + at, v + at, root, n, s);
        squareRoots(root, n);
        adamMove(p + at, m + at, root, n, s);
    }
}

void adamWithTensors(at::Tensor parameter, at::Tensor gradient, const std::vector<at::Tensor> &states, const AdamSettings &settings, double rate,
                     std::int64_t count)
{
    if (settings.weightDecay > 0 && settings.decoupled)
        parameter.mul_(1 - rate * settings.weightDecay);
    else if (settings.weightDecay > 0)
        gradient = gradient.add(parameter, settings.weightDecay);
    at::Tensor mean = states[0];
    at::Tensor square = states[1];
    mean.mul_(settings.beta1).add_(gradient, 1 - settings.beta1);
    square.mul_(settings.beta2).addcmul_(gradient, gradient, 1 - settings.beta2);
    const double correction1 = 1 - std::pow(settings.beta1, double(count));
    const double correction2 = 1 - std::pow(settings.beta2, double(count));
    const at::Tensor scale = square.sqrt().div_(std::sqrt(correction2)).add_(settings.epsilon);
    parameter.addcdiv_(mean, scale, -rate / correction1);
}

} // namespace

void adamStep(ParameterStates &all, const AdamSettings &settings, double baseRate)
{
    const at::NoGradGuard noGrad;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const at::Tensor &parameter = all.parameter(i);
        const at::Tensor gradient = parameter.grad();
        if (!gradient.defined())
            continue;
        const double rate = baseRate * all.rate(i);
        const std::int64_t count = all.countStep(i);
        const std::vector<at::Tensor> &states = all.states(i);
        const DenseUpdate update(parameter, gradient, states);
        if (!update.isValid()) {
            adamWithTensors(parameter, gradient, states, settings, rate, count);
            continue;
        }
        const AdamStep s{.beta1 = float(settings.beta1),
                         .oneMinusBeta1 = float(1 - settings.beta1),
                         .beta2 = float(settings.beta2),
                         .oneMinusBeta2 = float(1 - settings.beta2),
                         .epsilon = float(settings.epsilon),
                         .gradientDecay = settings.decoupled ? 0.0f : float(settings.weightDecay),
                         .keep = settings.decoupled ? float(1 - rate * settings.weightDecay) : 1.0f,
                         .rate = float(rate / (1 - std::pow(settings.beta1, double(count)))),
                         .rootCorrection = float(std::sqrt(1 - std::pow(settings.beta2, double(count))))};
        update.run([&](float *p, const float *g, const std::vector<float *> &state, std::int64_t begin, std::int64_t end) {
            adamLoop(p + begin, g + begin, state[0] + begin, state[1] + begin, end - begin, s);
        });
    }
}

} // namespace concord
