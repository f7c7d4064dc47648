#include "core/tensor/autocast.h"

#include "core/base/error.h"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace concord {

namespace {

#if TORCH_VERSION_MAJOR >= 2

bool autocastIsOn(at::DeviceType device)
{
    return at::autocast::is_autocast_enabled(device);
}
at::ScalarType autocastType(at::DeviceType device)
{
    return at::autocast::get_autocast_dtype(device);
}
void setAutocast(at::DeviceType device, bool on, at::ScalarType type)
{
    at::autocast::set_autocast_enabled(device, on);
    at::autocast::set_autocast_dtype(device, type);
}

#else // before 2.4 each device had its own functions

bool autocastIsOn(at::DeviceType device)
{
    return device == at::kCPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
}

at::ScalarType autocastType(at::DeviceType device)
{
    return device == at::kCPU ? at::autocast::get_autocast_cpu_dtype() : at::autocast::get_autocast_gpu_dtype();
}

void setAutocast(at::DeviceType device, bool on, at::ScalarType type)
{
    if (device == at::kCPU) {
        at::autocast::set_cpu_enabled(on);
        at::autocast::set_autocast_cpu_dtype(type);
    } else {
        at::autocast::set_enabled(on);
        at::autocast::set_autocast_gpu_dtype(type);
    }
}

#endif

} // namespace

at::ScalarType computeType(const std::string &precision)
{
    if (precision == "float32")
        return at::kFloat;
    if (precision == "bfloat16")
        return at::kBFloat16;
    throw Error("precision: expected float32 or bfloat16, found '{}'", precision);
}

Autocast::Autocast(at::DeviceType device, at::ScalarType type)
    : device_(device)
    , active_(type != at::kFloat)
{
    if (!active_)
        return;
    before_ = autocastIsOn(device_);
    typeBefore_ = autocastType(device_);
    setAutocast(device_, true, type);
    at::autocast::increment_nesting();
}

Autocast::~Autocast()
{
    if (!active_)
        return;
    if (at::autocast::decrement_nesting() == 0)
        at::autocast::clear_cache();
    setAutocast(device_, before_, typeBefore_);
}

} // namespace concord
