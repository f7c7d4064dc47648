#include "core/objective/known.h"
#include "core/objective/loss_block.h"

namespace concord {

namespace {

/// Mean absolute error over the known values.
class L1Loss : public LossBlock
{
public:
    std::vector<TaskKind> kinds() const override { return {TaskKind::depth, TaskKind::normals, TaskKind::regression}; }

    at::Tensor loss(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const override
    {
        const Residual r = residual(task(), prediction, label, present);
        return r.difference.abs().sum() / r.count;
    }
};

} // namespace

static const Register<Block, L1Loss> registeredL1Loss{Card{
    .id = "l1",
    .title = "L1",
    .category = "Losses",
    .summary = "Mean absolute error over the known values; robust to outliers.",
    .claims = {"zero_at_label"},
}};

} // namespace concord
