#include "core/objective/known.h"
#include "core/objective/loss_block.h"

namespace concord {

namespace {

/// Mean squared error over the known values.
class L2Loss : public LossBlock
{
public:
    std::vector<TaskKind> kinds() const override { return {TaskKind::depth, TaskKind::normals, TaskKind::regression}; }

    at::Tensor loss(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const override
    {
        const Residual r = residual(task(), prediction, label, present);
        return r.difference.square().sum() / r.count;
    }
};

} // namespace

static const Register<Block, L2Loss> registeredL2Loss{Card{
    .id = "l2",
    .title = "L2",
    .category = "Losses",
    .summary = "Mean squared error over the known values.",
    .claims = {"zero_at_label"},
}};

} // namespace concord
