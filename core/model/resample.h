#pragma once

#include "core/tensor/tensor.h"

namespace concord {

/// [N, C, H, W] → [N, C, factor · H, factor · W]. By factor, not size: a traced model keeps its sizes free.
at::Tensor upsampleBilinear(const at::Tensor &x, int factor);   ///< corners not aligned
at::Tensor upsampleNearest(const at::Tensor &x, int factor);

} // namespace concord
