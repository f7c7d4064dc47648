#pragma once

#include "core/tensor/tensor.h"

namespace concord {

/// The numbers of a batch normalisation, all [C].
struct NormNumbers
{
    const at::Tensor &weight;
    const at::Tensor &bias;
    at::Tensor &mean;       ///< running; updated
    at::Tensor &variance;
    double momentum = 0.1;
    double epsilon = 1e-5;
};

/// Whether `normaliseBatch` can take it: rows of at least eight channels, float32 or bfloat16, on the CPU.
bool canNormaliseRows(const at::Tensor &x, const NormNumbers &numbers);

/// Batch normalisation of [N, C] or [N, C, H, W] by the batch's own statistics, the residual (undefined for none) added, ReLU if wanted: one pass of
/// memory for the statistics and one for the rest, where separate operators take six; once differentiable.
at::Tensor normaliseBatch(const at::Tensor &x, const NormNumbers &numbers, const at::Tensor &residual, bool rectified);

} // namespace concord
