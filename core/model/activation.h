#pragma once

#include "core/tensor/tensor.h"

#include <string>

namespace concord {

enum class Activation { none, relu, gelu, sigmoid };

/// From a parameter's text; throws Error.
Activation activation(const std::string &name);

/// May overwrite `x`, which must be a value that nobody else reads.
at::Tensor activate(at::Tensor x, Activation activation);

} // namespace concord
