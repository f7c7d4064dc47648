#pragma once

#include "core/graph/tensor_type.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <vector>

namespace concord {

/// Labels on the host as plain values: what metrics loop over. Sizes are those of [samples, channels, pixels].
struct HostLabels
{
    HostLabels(const at::Tensor &label, const at::Tensor &present, std::int64_t channels);

    at::Tensor storage;
    const float *values = nullptr;
    std::vector<bool> present = {};
    std::int64_t samples = 0;
    std::int64_t channels = 1;
    std::int64_t pixels = 0;

    const float *sample(std::int64_t index) const { return values + index * channels * pixels; }
};

/// A prediction on the host in the same layout; throws Error when its size is not the labels'.
struct HostPrediction
{
    HostPrediction(const at::Tensor &prediction, const HostLabels &labels);

    at::Tensor storage;
    const float *values = nullptr;
    std::int64_t stride = 0;

    const float *sample(std::int64_t index) const { return values + index * stride; }
};

/// 100 · part / whole; NaN when nothing was counted.
double percent(double part, double whole);

} // namespace concord
