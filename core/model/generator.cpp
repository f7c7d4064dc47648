#include "core/model/generator.h"

#include <ATen/CPUGeneratorImpl.h>

namespace concord {

at::Generator makeGenerator(const at::Device &device, std::uint64_t seed)
{
    if (device.is_cpu())
        return at::detail::createCPUGenerator(seed);
    // The CUDA class is not visible to a program built against a CPU-only LibTorch; a clone of the default one is the same thing.
    at::Generator generator = at::globalContext().defaultGenerator(device).clone();
    generator.set_current_seed(seed);
    return generator;
}

} // namespace concord
