#include "core/objective/known.h"
#include "core/objective/loss_block.h"

namespace concord {

namespace {

/// Sigmoid cross-entropy for 0/1 labels, mean over the known values. Ones weigh `positive_weight` and zeros 1; or, balanced,
/// ones weigh β = share of zeros among the batch's known values and zeros 1 − β (Xie and Tu, "Holistically-Nested Edge Detection",
/// ICCV 2015, eq. 2, who count per image and sum).
class WeightedBceLoss : public LossBlock
{
public:
    std::vector<TaskKind> kinds() const override { return {TaskKind::edges, TaskKind::saliency, TaskKind::multilabel}; }

    void params(ParamVisitor &visitor) override
    {
        visitor("positive_weight", positiveWeight_, {.help = "Weight of ones; zeros weigh 1. Not used when balanced", .min = 0});
        visitor("balanced", balanced_, {.help = "Weigh ones by the batch's share of zeros, and zeros by the share of ones"});
    }

    std::string summary() const override { return balanced_ ? "balanced" : fmt::format("ones weigh {:g}", positiveWeight_); }

    at::Tensor loss(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const override
    {
        const at::Tensor real = asReal(prediction);
        const at::Tensor truth = alignedLabel(label, real).to(real.scalar_type());
        const at::Tensor known = knownMask(task().kind, truth, present).to(real.scalar_type());
        const at::Tensor count = known.sum().clamp_min(1);
        at::Tensor weight = known;
        if (balanced_) {
            const at::Tensor ones = (known * truth).sum() / count;
            weight = known * at::where(truth > 0, 1 - ones, ones);
        } else if (positiveWeight_ != 1) {
            weight = known * (1 + truth * (positiveWeight_ - 1));
        }
        // −log σ(x) = softplus(−x) for ones, −log(1 − σ(x)) = softplus(x) for zeros. A mask factor, not masked_fill: an unknown
        // label is a small number, so nothing infinite is multiplied, and many heads with tiny batches save an operation.
        return (at::softplus(real * (1 - 2 * truth)) * weight).sum() / count;
    }

private:
    double positiveWeight_ = 1;
    bool balanced_ = false;
};

} // namespace

static const Register<Block, WeightedBceLoss> registeredWeightedBceLoss{Card{
    .id = "weighted_bce",
    .title = "Binary cross-entropy",
    .category = "Losses",
    .summary = "Sigmoid cross-entropy for 0/1 labels, with a weight for ones or balanced from the batch.",
    .paper = "Xie and Tu, ICCV 2015",
}};

} // namespace concord
