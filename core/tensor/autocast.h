#pragma once

#include "core/tensor/tensor.h"

#include <string>

namespace concord {

/// "float32" → float, "bfloat16" → bfloat16; throws Error for anything else.
at::ScalarType computeType(const std::string &precision);

/// Runs operators in a lower precision where that is safe, for as long as it lives; nothing to do for float32.
class Autocast
{
public:
    Autocast(at::DeviceType device, at::ScalarType type);
    ~Autocast();
    Autocast(const Autocast &) = delete;
    Autocast &operator=(const Autocast &) = delete;

private:
    at::DeviceType device_;
    bool active_;
    bool before_ = false;
    at::ScalarType typeBefore_ = at::kFloat;
};

} // namespace concord
