#pragma once

#include "core/tensor/tensor.h"

#include <string>

namespace concord {

/// "cpu", "cuda" or "cuda:1"; throws Error for other words and for a device that is not there.
at::Device findDevice(const std::string &name);

} // namespace concord
