#pragma once

#include "core/tensor/tensor.h"

namespace concord {

/// A random generator of its own, so that nothing else in the process moves it.
at::Generator makeGenerator(const at::Device &device, std::uint64_t seed);

} // namespace concord
