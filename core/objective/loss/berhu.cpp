#include "core/objective/known.h"
#include "core/objective/loss_block.h"

namespace concord {

namespace {

/// Reverse Huber of Laina et al., "Deeper Depth Prediction with Fully Convolutional Residual Networks", 3DV 2016, eq. 3:
/// |x| up to c, (x² + c²) / 2c beyond, with c = 0.2 max |x| over the batch.
/// c is a statistic of the batch and gets no gradient.
class BerhuLoss : public LossBlock
{
public:
    std::vector<TaskKind> kinds() const override { return {TaskKind::depth, TaskKind::regression}; }

    void params(ParamVisitor &visitor) override
    {
        visitor("share", share_, {.help = "Threshold as a share of the batch's largest error", .min = 0.001, .max = 1});
    }

    std::string summary() const override { return fmt::format("share {:g}", share_); }

    at::Tensor loss(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const override
    {
        const Residual r = residual(task(), prediction, label, present);
        const at::Tensor size = r.difference.abs();
        // A floor for batches without any error, where the excess is 0 and c must not be.
        const at::Tensor c = (size.detach().max() * share_).clamp_min(1e-12);
        // (x² + c²) / 2c = |x| + (|x| − c)² / 2c: one expression for both pieces.
        const at::Tensor excess = (size - c).clamp_min(0);
        return (size.sum() + excess.square().sum() / (2 * c)) / r.count;
    }

private:
    double share_ = 0.2;
};

} // namespace

static const Register<Block, BerhuLoss> registeredBerhuLoss{Card{
    .id = "berhu",
    .title = "berHu",
    .category = "Losses",
    .summary = "Absolute error for small residuals and squared error for large ones.",
    .paper = "Laina et al., 3DV 2016",
    .claims = {"zero_at_label"},
}};

} // namespace concord
