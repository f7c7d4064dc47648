#pragma once

#include "core/tensor/tensor.h"

#include <string>
#include <vector>

namespace concord {

/// Weights written as texts ("0.5", "2") to numbers; throws Error when one is not a number ≥ 0 or their count is not `classes`.
/// Empty for an empty list: every class counts the same.
std::vector<double> parseClassWeights(const std::vector<std::string> &texts, std::int64_t classes);

/// [classes] like `prediction`; undefined for an empty list.
at::Tensor classWeightTensor(const std::vector<std::string> &texts, const at::Tensor &prediction);

} // namespace concord
