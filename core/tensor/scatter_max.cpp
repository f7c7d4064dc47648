#include "core/tensor/scatter_max.h"

#include <c10/util/Exception.h>
#include <torch/version.h>

namespace concord {

namespace {

#if TORCH_VERSION_MAJOR < 2

struct SilentWarnings : c10::WarningHandler
{
    void process(const c10::SourceLocation &, const std::string &, const bool) override {}
};

class WithoutWarnings
{
    SilentWarnings handler_;
    c10::Warning::WarningHandlerGuard guard_{&handler_};
};

#else

class WithoutWarnings
{
};

#endif

} // namespace

at::Tensor scatterMax(const at::Tensor &values, std::int64_t axis, const at::Tensor &index, const at::Tensor &source)
{
    [[maybe_unused]] const WithoutWarnings silent;
    return values.scatter_reduce(axis, index, source, "amax");
}

} // namespace concord
