#pragma once

#include "core/balance/method.h"
#include "core/base/params.h"
#include "tests/core/tensor/sampled_jacobian.h"

#include <cmath>
#include <memory>
#include <numeric>

namespace concord::test {

/// A method with its parameters set, started for `tasks` tasks.
inline std::unique_ptr<BalanceMethod> startedMethod(const std::string &id, int tasks, const ParamMap &params = {}, std::uint64_t seed = 1)
{
    auto method = BalanceRegistry::instance().make(id);
    setParams(*method, params, id);
    method->start(tasks, seed);
    return method;
}

/// The weights for losses and a Gramian of all tasks, or of those named.
inline BalanceWeights weightsOf(BalanceMethod &method, const std::vector<double> &losses, const std::vector<double> &gramian, std::vector<int> tasks = {},
                                int taskCount = 0)
{
    if (tasks.empty()) {
        tasks.resize(losses.size());
        std::iota(tasks.begin(), tasks.end(), 0);
        taskCount = int(losses.size());
    }
    const BalanceInput input{.losses = losses, .gramian = gramian, .step = 0, .epoch = 0, .tasks = tasks, .taskCount = taskCount};
    if (auto *gramianMethod = dynamic_cast<GramianWeighting *>(&method))
        return gramianMethod->weigh(input);
    return dynamic_cast<LossWeighting &>(method).weigh(input);
}

/// The update that a method makes of a Jacobian.
inline std::vector<double> updateOf(BalanceMethod &method, const SampledJacobian &jacobian, std::vector<double> losses = {})
{
    if (losses.empty())
        losses.assign(jacobian.tasks, 1.0);
    return jacobian.combine(weightsOf(method, losses, jacobian.gramian()).weights);
}

/// J = [[-4, 1, 1], [6, 1, 1]], whose updates are known for many methods.
inline SampledJacobian textbookJacobian()
{
    return {.name = "textbook", .tasks = 2, .params = 3, .values = {-4, 1, 1, 6, 1, 1}};
}

inline bool isClose(const std::vector<double> &found, const std::vector<double> &expected, double tolerance)
{
    if (found.size() != expected.size())
        return false;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (!(std::abs(found[i] - expected[i]) <= tolerance))
            return false;
    return true;
}

} // namespace concord::test
