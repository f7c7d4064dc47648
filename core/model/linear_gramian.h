#pragma once

#include "core/tensor/tensor.h"

namespace concord {

/// Adds to `gramian` [K, K] (float64) the inner products of K tasks' gradients of W and b in y = x Wᵀ + b, without forming them.
/// `input` x [N, in], `outputGrads` [K, N, out].
void addLinearGramian(const at::Tensor &input, const at::Tensor &outputGrads, at::Tensor &gramian);

} // namespace concord
