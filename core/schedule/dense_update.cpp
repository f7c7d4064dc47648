#include "core/schedule/dense_update.h"

#include <algorithm>

namespace concord {

DenseUpdate::DenseUpdate(const at::Tensor &parameter, const at::Tensor &gradient, const std::vector<at::Tensor> &states)
{
    const auto suits = [&](const at::Tensor &t) { return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.layout() == at::kStrided; };
    if (!suits(parameter) || !suits(gradient) || !parameter.is_non_overlapping_and_dense())
        return;
    if (!std::ranges::all_of(states, [&](const at::Tensor &s) { return suits(s) && s.strides() == parameter.strides(); }))
        return;
    gradientInOrder_ = gradient.strides() == parameter.strides() ? gradient : at::empty_like(parameter).copy_(gradient);
    parameter_ = parameter.data_ptr<float>();
    gradient_ = gradientInOrder_.data_ptr<float>();
    for (const at::Tensor &state : states)
        states_.push_back(state.data_ptr<float>());
    count_ = parameter.numel();
    // Autograd must still notice a graph that kept the old values.
    parameter.unsafeGetTensorImpl()->bump_version();
}

} // namespace concord
