#pragma once

#include "core/base/random.h"
#include "core/schedule/optimiser.h"

#include <memory>

namespace concord::test {

inline std::unique_ptr<Optimiser> makeOptimiser(const std::string &id, const ParamMap &params, const std::vector<at::Tensor> &parameters)
{
    std::unique_ptr<Optimiser> optimiser = OptimiserRegistry::instance().make(id);
    setParams(*optimiser, params, id);
    optimiser->start(parameters);
    return optimiser;
}

inline at::Tensor randomFloats(at::IntArrayRef sizes, std::uint64_t seed)
{
    Random random(seed);
    const at::Tensor t = at::empty(sizes);
    for (std::int64_t i = 0; i < t.numel(); ++i)
        t.data_ptr<float>()[i] = float(random.normal());
    return t;
}

inline void setGradient(const at::Tensor &parameter, const at::Tensor &gradient)
{
    parameter.mutable_grad() = gradient;
}

/// 50 steps on made-up gradients and rates; `update(p, g, t, rate)` is the paper's rule for one element in double, with its own state.
/// Returns the largest difference.
template<class Update>
double differenceAfterFiftySteps(const std::string &id, const ParamMap &params, double rate, at::ScalarType type, const Update &makeUpdate)
{
    constexpr std::int64_t size = 1037;   // not a multiple of any vector length
    const at::Tensor parameter = randomFloats({size}, 1).to(type).set_requires_grad(true);
    const auto optimiser = makeOptimiser(id, params, {parameter});
    std::vector<double> expected(size);
    std::vector<decltype(makeUpdate())> updates;
    const at::Tensor start = parameter.detach().to(at::kDouble).contiguous();
    for (std::int64_t i = 0; i < size; ++i) {
        expected[std::size_t(i)] = start.data_ptr<double>()[i];
        updates.push_back(makeUpdate());
    }
    for (int t = 1; t <= 50; ++t) {
        const double scale = 1 - 0.01 * t;
        const at::Tensor gradient = randomFloats({size}, 100 + std::uint64_t(t)) * (1 + t % 7);
        setGradient(parameter, gradient.to(type));
        optimiser->step(scale);
        for (std::int64_t i = 0; i < size; ++i)
            updates[std::size_t(i)](expected[std::size_t(i)], double(gradient.data_ptr<float>()[i]), t, rate * scale);
    }
    const at::Tensor found = parameter.detach().to(at::kDouble).contiguous();
    double worst = 0;
    for (std::int64_t i = 0; i < size; ++i)
        worst = std::max(worst, std::abs(found.data_ptr<double>()[i] - expected[std::size_t(i)]));
    return worst;
}

} // namespace concord::test
