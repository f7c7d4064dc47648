#pragma once

#include "core/tensor/tensor.h"

namespace concord {

/// Operators compute in the precision of their operands for as long as it lives, whatever Autocast says.
class WithoutAutocast
{
    c10::impl::ExcludeDispatchKeyGuard guard_{c10::autocast_dispatch_keyset};
};

} // namespace concord
