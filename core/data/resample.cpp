#include "core/data/resample.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

/// The two source pixels of one output pixel, and the share of the second.
struct SourcePair
{
    std::int64_t first;
    std::int64_t second;
    float share;
};

std::vector<std::int64_t> nearestPixels(std::int64_t start, std::int64_t count, std::int64_t newCount)
{
    std::vector<std::int64_t> pixels(static_cast<std::size_t>(newCount));
    for (std::int64_t i = 0; i < newCount; ++i)
        pixels[std::size_t(i)] = start + std::min(count - 1, (2 * i + 1) * count / (2 * newCount));
    return pixels;
}

std::vector<SourcePair> linearPixels(std::int64_t start, std::int64_t count, std::int64_t newCount)
{
    std::vector<SourcePair> pixels;
    for (std::int64_t i = 0; i < newCount; ++i) {
        const double centre = std::clamp((double(i) + 0.5) * double(count) / double(newCount) - 0.5, 0.0, double(count - 1));
        const auto first = std::int64_t(centre);
        pixels.push_back({start + first, start + std::min(first + 1, count - 1), float(centre - double(first))});
    }
    return pixels;
}

} // namespace

std::vector<float> Resample::nearest(const std::vector<float> &values) const
{
    const auto rows = nearestPixels(window.top, window.height, newHeight);
    const auto columns = nearestPixels(window.left, window.width, newWidth);
    std::vector<float> result;
    result.reserve(std::size_t(planes * newHeight * newWidth));
    for (std::int64_t plane = 0; plane < planes; ++plane)
        for (const std::int64_t row : rows) {
            const float *line = values.data() + (plane * height + row) * width;
            for (const std::int64_t column : columns)
                result.push_back(line[column]);
        }
    return result;
}

std::vector<float> Resample::bilinear(const std::vector<float> &values) const
{
    const auto rows = linearPixels(window.top, window.height, newHeight);
    const auto columns = linearPixels(window.left, window.width, newWidth);
    std::vector<float> result;
    result.reserve(std::size_t(planes * newHeight * newWidth));
    for (std::int64_t plane = 0; plane < planes; ++plane)
        for (const SourcePair &row : rows) {
            const float *upper = values.data() + (plane * height + row.first) * width;
            const float *lower = values.data() + (plane * height + row.second) * width;
            for (const SourcePair &column : columns) {
                const float above = upper[column.first] + column.share * (upper[column.second] - upper[column.first]);
                const float below = lower[column.first] + column.share * (lower[column.second] - lower[column.first]);
                result.push_back(above + row.share * (below - above));
            }
        }
    return result;
}

} // namespace concord
