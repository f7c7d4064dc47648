#include "core/model/resample.h"

#include <array>

namespace concord {

at::Tensor upsampleBilinear(const at::Tensor &x, int factor)
{
    const std::array scale = {double(factor), double(factor)};
    // LibTorch's loops for bfloat16 on the CPU take up to six times as long as those for float32 with both conversions.
    const bool widened = x.is_cpu() && x.scalar_type() == at::kBFloat16;
    return at::upsample_bilinear2d(widened ? x.to(at::kFloat) : x, at::OptionalIntArrayRef(), false, at::ArrayRef<double>(scale)).to(x.scalar_type());
}

at::Tensor upsampleNearest(const at::Tensor &x, int factor)
{
    const std::array scale = {double(factor), double(factor)};
    return at::upsample_nearest2d(x, at::OptionalIntArrayRef(), at::ArrayRef<double>(scale));
}

at::Tensor resizeMap(const at::Tensor &x, std::int64_t height, std::int64_t width)
{
    const std::int64_t h = x.size(2);
    const std::int64_t w = x.size(3);
    if (h == height && w == width)
        return x;
    if (height % h == 0 && width % w == 0 && height / h == width / w)
        return upsampleBilinear(x, int(height / h));
    if (h % height == 0 && w % width == 0 && h / height == w / width) {
        const std::array kernel = {h / height, w / width};
        return at::avg_pool2d(x, kernel);
    }
    const std::array size = {height, width};
    if (height <= h && width <= w)
        return at::adaptive_avg_pool2d(x, size);
    return at::upsample_bilinear2d(x, size, /*align_corners=*/false);
}

} // namespace concord
