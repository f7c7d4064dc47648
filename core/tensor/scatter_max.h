#pragma once

#include "core/tensor/tensor.h"

namespace concord {

/// `values` where each is the largest of itself and all those of `source` whose `index` along `axis` names its place. Without its warning, in LibTorch
/// before 2.0, that the operation is new.
at::Tensor scatterMax(const at::Tensor &values, std::int64_t axis, const at::Tensor &index, const at::Tensor &source);

} // namespace concord
