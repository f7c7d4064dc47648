// Multiple gradient descent (Désidéri 2012; Sener & Koltun, NeurIPS 2018): the point of least norm in the convex hull of the
// task gradients. Solved exactly, where the authors' Frank–Wolfe code stops early and never reaches the corners.
// With a normalisation the weights are found for the normalised gradients and applied to the gradients as they are, as the
// authors' code does.
#include "core/balance/method.h"
#include "core/tensor/min_norm.h"

#include <cmath>

namespace concord {

class Mgda : public GramianWeighting
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("normalisation", normalisation_,
                {.help = "What each gradient is divided by when the weights are sought: its length (l2), its loss, or both (loss+)",
                 .choices = {"none", "l2", "loss", "loss+"}});
    }

    void start(int, std::uint64_t) override {}
    bool averages() const override { return true; }
    bool weighsHeads() const override { return true; }
    std::string summary() const override { return normalisation_ == "none" ? std::string() : normalisation_ + " normalised"; }

    BalanceWeights weigh(const BalanceInput &input) override
    {
        const int count = int(input.losses.size());
        std::vector<double> gramian(input.gramian.begin(), input.gramian.end());
        if (normalisation_ != "none") {
            std::vector<double> lengths(count);
            for (int i = 0; i < count; ++i)
                lengths[i] = length(input.losses[i], input.gramian[i * count + i]);
            for (int i = 0; i < count; ++i)
                for (int j = 0; j < count; ++j)
                    gramian[i * count + j] /= lengths[i] * lengths[j];
        }
        MinNormPoint point = minNormPoint(gramian, count);
        return {.weights = std::move(point.weights), .residual = point.residual};
    }

private:
    /// A zero to divide by leaves the gradient as it is.
    double length(double loss, double square) const
    {
        const double norm = std::sqrt(square);
        const double size = normalisation_ == "l2" ? norm : normalisation_ == "loss" ? std::abs(loss) : std::abs(loss) * norm;
        return size > 0 ? size : 1;
    }

    std::string normalisation_ = "none";
};

static const Register<BalanceMethod, Mgda> registeredMgda{Card{
    .id = "mgda",
    .title = "MGDA",
    .category = "Gramian weighting",
    .summary = "Takes the shortest convex combination of the task gradients; it never conflicts with a task.",
    .paper = "Sener & Koltun, NeurIPS 2018",
    .claims = {"nonConflicting", "permutationInvariant"},
}};

} // namespace concord
