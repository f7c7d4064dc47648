#pragma once

#include "core/tensor/tensor.h"

namespace concord {

/// `x` unchanged; on the way back its gradient is multiplied by −strength (Ganin & Lempitsky, ICML 2015). What reads the result learns to
/// be good at its loss, and what makes `x` learns to make it bad.
at::Tensor reverseGradient(const at::Tensor &x, double strength);

/// The same with a strength that lies on the device of `x`: a scalar without a gradient.
at::Tensor reverseGradient(const at::Tensor &x, const at::Tensor &strength);

} // namespace concord
