#include "core/model/resample.h"

#include <array>

namespace concord {

at::Tensor upsampleBilinear(const at::Tensor &x, int factor)
{
    const std::array scale = {double(factor), double(factor)};
    return at::upsample_bilinear2d(x, at::OptionalIntArrayRef(), false, at::ArrayRef<double>(scale));
}

at::Tensor upsampleNearest(const at::Tensor &x, int factor)
{
    const std::array scale = {double(factor), double(factor)};
    return at::upsample_nearest2d(x, at::OptionalIntArrayRef(), at::ArrayRef<double>(scale));
}

} // namespace concord
