#pragma once

#include <cstdint>
#include <vector>

namespace concord {

/// A rectangle of an image in pixels.
struct PixelWindow
{
    std::int64_t top = 0;
    std::int64_t left = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
};

/// `planes` images of height × width, one after the other; the window of each is scaled to newHeight × newWidth.
/// Pixel centres are aligned, so that images and labels stay in register.
struct Resample
{
    std::int64_t planes = 1;
    std::int64_t height = 0;
    std::int64_t width = 0;
    PixelWindow window = {};
    std::int64_t newHeight = 0;
    std::int64_t newWidth = 0;

    std::vector<float> nearest(const std::vector<float> &values) const;
    std::vector<float> bilinear(const std::vector<float> &values) const;
};

} // namespace concord
