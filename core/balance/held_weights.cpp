#include "core/balance/held_weights.h"

#include <cmath>
#include <limits>

namespace concord {

HeldWeights::HeldWeights(std::unique_ptr<BalanceMethod> method)
    : method_(std::move(method))
{
}

void HeldWeights::hold(std::span<const int> tasks, std::span<const double> weights, int taskCount)
{
    weights_.resize(taskCount, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < tasks.size(); ++i)
        weights_[tasks[i]] = weights[i];
}

std::vector<double> HeldWeights::held(std::span<const int> tasks) const
{
    std::vector<double> result;
    for (const int task : tasks) {
        if (weights_.empty() || std::isnan(weights_.at(task)))
            return {};
        result.push_back(weights_[task]);
    }
    return result;
}

void HeldWeights::start(int taskCount, std::uint64_t seed)
{
    weights_.clear();
    method_->start(taskCount, seed);
}

BalanceState HeldWeights::save() const
{
    BalanceState state = method_->save();
    if (!weights_.empty())
        state["held_weights"] = weights_;
    return state;
}

void HeldWeights::load(const BalanceState &state)
{
    BalanceState rest = state;
    weights_.clear();
    if (const auto it = rest.find("held_weights"); it != rest.end()) {
        weights_ = it->second;
        rest.erase(it);
    }
    method_->load(rest);
}

} // namespace concord
