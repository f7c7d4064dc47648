// Uncertainty weighting (Kendall, Gal & Cipolla, CVPR 2018, equation 10) with sᵢ = log σᵢ²: Σ ½ e^{−sᵢ} Lᵢ + ½ sᵢ.
// The sᵢ are trained with the model by its optimiser. As everywhere in practice, the same ½ is used for classification,
// where the paper has 1.
#include "core/balance/method.h"
#include "core/base/error.h"

#include <cmath>

namespace concord {

class UncertaintyWeighting : public LossWeighting
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("init", init_, {.help = "Start of each task's log variance; −0.5 in LibMTL", .min = -20, .max = 20});
    }

    void start(int taskCount, std::uint64_t) override
    {
        logVariances_.assign(taskCount, init_);
        gradient_.assign(taskCount, 0.0);
    }

    BalanceState save() const override { return {{"logVariances", logVariances_}}; }

    void load(const BalanceState &state) override
    {
        const auto it = state.find("logVariances");
        if (it == state.end() || it->second.size() != logVariances_.size())
            throw Error("uw: expected {} log variances in the checkpoint, found {}", logVariances_.size(), it == state.end() ? 0 : it->second.size());
        logVariances_ = it->second;
    }

    std::span<double> learnable() override { return logVariances_; }
    std::vector<double> learnableGradient() const override { return gradient_; }
    std::string summary() const override { return fmt::format("log σ² from {:g}", init_); }

    BalanceWeights weigh(const BalanceInput &input) override
    {
        BalanceWeights result;
        gradient_.assign(logVariances_.size(), 0.0); // a task without labels says nothing of its variance
        for (std::size_t i = 0; i < input.losses.size(); ++i) {
            const int task = input.tasks[i];
            const double weight = 0.5 * std::exp(-logVariances_.at(task));
            gradient_[task] = 0.5 - weight * input.losses[i];
            result.weights.push_back(weight);
        }
        return result;
    }

private:
    double init_ = 0;
    std::vector<double> logVariances_;
    std::vector<double> gradient_;
};

static const Register<BalanceMethod, UncertaintyWeighting> registeredUw{Card{
    .id = "uw",
    .title = "Uncertainty weighting",
    .category = "Loss weighting",
    .summary = "Learns a variance per task; uncertain tasks count less.",
    .paper = "Kendall, Gal & Cipolla, CVPR 2018",
    .claims = {"permutationInvariant", "stronglyStationary"},
}};

} // namespace concord
