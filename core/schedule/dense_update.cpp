#include "core/schedule/dense_update.h"

#include <algorithm>
#include <cmath>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace concord {

void squareRoots(float *values, std::int64_t count)
{
    std::int64_t i = 0;
#if defined(__SSE__)
    for (; i + 4 <= count; i += 4)
        _mm_storeu_ps(values + i, _mm_sqrt_ps(_mm_loadu_ps(values + i)));
#endif
    for (; i < count; ++i)
        values[i] = std::sqrt(values[i]);
}

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
