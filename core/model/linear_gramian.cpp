// Task k's gradients are Bₖᵀ X for the weights and Bₖᵀ 1 for the bias, with Bₖ [N, out] its output gradients. Both together are
// Bₖᵀ [X 1], and inner products of such products depend on [X 1] only through M = X Xᵀ + 1 1ᵀ [N, N]. Where the batch is
// smaller than the layer is wide, any L with L Lᵀ = M gives the same Gramian from rows of N instead of in + 1 columns.
#include "core/model/linear_gramian.h"

namespace concord {

namespace {

/// L of M = L Lᵀ in float64, or undefined when M is not positive. The ridge keeps a singular M factorable; relative to the
/// entries of M it is far below float32's resolution.
at::Tensor batchFactor(const at::Tensor &input)
{
    constexpr double ridge = 1e-11;
    const at::Tensor x = input.to(at::kDouble);
    const at::Tensor m = x.mm(x.t()).add_(1);
    m.diagonal().add_(m.diagonal().mean(), ridge);
    const auto [factor, info] = at::linalg_cholesky_ex(m);
    return info.item<int>() == 0 ? factor : at::Tensor();
}

} // namespace

void addLinearGramian(const at::Tensor &input, const at::Tensor &outputGrads, at::Tensor &gramian)
{
    const std::int64_t tasks = outputGrads.size(0);
    const std::int64_t batch = outputGrads.size(1);
    at::Tensor left;
    if (batch <= input.size(1))
        left = batchFactor(input);
    if (!left.defined())
        left = at::cat({input, input.new_ones({batch, 1})}, 1);
    left = left.to(outputGrads.scalar_type()).t().unsqueeze(0).expand({tasks, -1, -1});
    const at::Tensor rows = at::bmm(left, outputGrads).reshape({tasks, -1});
    gramian.add_(rows.mm(rows.t()).to(at::kDouble));
}

} // namespace concord
