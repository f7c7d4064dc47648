#include "core/model/device.h"

#include "core/base/error.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <charconv>

namespace concord {

at::Device findDevice(const std::string &name)
{
    if (name == "cpu")
        return at::kCPU;

    int index = 0;
    if (name != "cuda") {
        const char *end = name.data() + name.size();
        const bool numbered = name.starts_with("cuda:") && name.size() > 5;
        const auto parsed = numbered ? std::from_chars(name.data() + 5, end, index) : std::from_chars_result{};
        if (!numbered || parsed.ec != std::errc() || parsed.ptr != end || index < 0)
            throw Error("device: expected 'cpu', 'cuda' or 'cuda:<number>', found '{}'", name);
    }
    if (!at::hasCUDA())
        throw Error("device '{}': expected a CUDA device, found a LibTorch without CUDA", name);
    const int count = c10::impl::hasDeviceGuardImpl(at::kCUDA) ? int(c10::impl::getDeviceGuardImpl(at::kCUDA)->deviceCount()) : 0;
    if (index >= count)
        throw Error("device '{}': expected a CUDA device, found {}", name, count == 0 ? "none" : fmt::format("only {}", count));
    return at::Device(at::kCUDA, at::DeviceIndex(index));
}

} // namespace concord
