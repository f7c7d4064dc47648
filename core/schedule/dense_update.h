#pragma once

#include "core/base/vector_loop.h"
#include "core/tensor/tensor.h"

#include <ATen/Parallel.h>

#include <vector>

namespace concord {

/// Square roots in place, rounded exactly. A loop over std::sqrt stays scalar because it has to set errno.
void squareRoots(float *values, std::int64_t count);

/// The memory of one parameter, its gradient and its state as flat arrays in the same order. Invalid when they cannot be seen so
/// (another device or type, gaps between elements); then the update goes through ATen.
class DenseUpdate
{
public:
    /// `states` were made by zeros_like(parameter) and so have its strides; a gradient in another memory format is copied.
    DenseUpdate(const at::Tensor &parameter, const at::Tensor &gradient, const std::vector<at::Tensor> &states);

    bool isValid() const { return parameter_ != nullptr; }

    /// body(parameter, gradient, states, begin, end) over all elements, split among threads. The body works on each element alone,
    /// so the split does not change the result.
    template<class Body>
    void run(const Body &body) const
    {
        constexpr std::int64_t grain = 1 << 14;
        at::parallel_for(0, count_, grain, [&](std::int64_t begin, std::int64_t end) { body(parameter_, gradient_, states_, begin, end); });
    }

private:
    at::Tensor gradientInOrder_;
    float *parameter_ = nullptr;
    const float *gradient_ = nullptr;
    std::vector<float *> states_;
    std::int64_t count_ = 0;
};

} // namespace concord
