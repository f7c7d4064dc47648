// Dynamic weight average (Liu, Johns & Davison, CVPR 2019, section 4): λᵢ = T softmax(rᵢ / τ), rᵢ = Lᵢ(t−1) / Lᵢ(t−2) of the
// epochs' mean losses; equal in the first two epochs.
#include "core/balance/method.h"
#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace concord {

class DynamicWeightAverage : public LossWeighting
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("temperature", temperature_, {.help = "Higher values make the weights more equal", .min = 1e-3, .max = 1e6});
    }

    void start(int taskCount, std::uint64_t) override
    {
        count_ = taskCount;
        last_.clear();
        before_.clear();
    }

    BalanceState save() const override { return {{"last", last_}, {"before", before_}}; }

    void load(const BalanceState &state) override
    {
        last_ = read(state, "last");
        before_ = read(state, "before");
    }

    void epochEnded(std::span<const double> meanLosses) override
    {
        before_ = std::move(last_);
        last_.assign(meanLosses.begin(), meanLosses.end());
    }

    std::string summary() const override { return fmt::format("temperature {:g}", temperature_); }

    BalanceWeights weigh(const BalanceInput &input) override
    {
        const std::vector<double> all = weights();
        BalanceWeights result;
        for (const int task : input.tasks)
            result.weights.push_back(all.at(task));
        return result;
    }

private:
    std::vector<double> weights() const
    {
        std::vector<double> values(count_, 0.0);
        if (before_.empty())
            return std::vector<double>(count_, 1.0);
        for (int i = 0; i < count_; ++i) {
            // An epoch without this task's labels, or one that ended at zero, says nothing of its speed.
            const double ratio = last_[i] / before_[i];
            values[i] = (std::isfinite(ratio) ? ratio : 1.0) / temperature_;
        }
        const double largest = *std::ranges::max_element(values);
        double sum = 0;
        for (double &value : values)
            sum += value = std::exp(value - largest);
        for (double &value : values)
            value *= count_ / sum;
        return values;
    }

    std::vector<double> read(const BalanceState &state, const std::string &name) const
    {
        const auto it = state.find(name);
        if (it == state.end() || (!it->second.empty() && int(it->second.size()) != count_))
            throw Error("dwa: expected the mean losses of {} tasks in the checkpoint, found {}", count_, it == state.end() ? 0 : it->second.size());
        return it->second;
    }

    double temperature_ = 2;
    int count_ = 0;
    std::vector<double> last_;   ///< epoch t − 1
    std::vector<double> before_; ///< epoch t − 2
};

static const Register<BalanceMethod, DynamicWeightAverage> registeredDwa{Card{
    .id = "dwa",
    .title = "Dynamic weight average",
    .category = "Loss weighting",
    .summary = "Gives more weight to tasks whose loss falls more slowly from epoch to epoch.",
    .paper = "Liu, Johns & Davison, CVPR 2019",
    .claims = {"permutationInvariant", "linearUnderScaling", "stronglyStationary"},
}};

} // namespace concord
