#include "ui/plot/share_strip.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

QRgb mixedPixel(QRgb below, QRgb above, double coverage)
{
    const auto mix = [coverage](int a, int b) { return int(std::lround(a + (b - a) * coverage)); };
    return qRgb(mix(qRed(below), qRed(above)), mix(qGreen(below), qGreen(above)), mix(qBlue(below), qBlue(above)));
}

/// Pixels of column x from `top` to `bottom`; those at the ends as far as they are covered.
void fillSpan(QImage &image, int x, double top, double bottom, QRgb colour)
{
    top = std::clamp(top, 0.0, double(image.height()));
    bottom = std::clamp(bottom, 0.0, double(image.height()));
    const auto stride = std::size_t(image.bytesPerLine()) / sizeof(QRgb);
    QRgb *pixel = reinterpret_cast<QRgb *>(image.bits()) + std::size_t(top) * stride + std::size_t(x);
    for (int y = int(top); y < image.height() && y < bottom; ++y, pixel += stride) {
        const double coverage = std::min(bottom, y + 1.0) - std::max(top, double(y));
        *pixel = coverage >= 0.999 ? colour : mixedPixel(*pixel, colour, coverage);
    }
}

} // namespace

std::vector<double> stripSamples(const std::vector<StripPoint> &points, std::size_t columns, int width)
{
    std::vector<double> samples(std::size_t(std::max(width, 0)) * columns, 0.0);
    if (points.empty() || columns == 0)
        return samples;
    const double first = double(points.front().step);
    const double perPixel = (double(points.back().step) - first) / std::max(width, 1);
    std::size_t next = 0;   // the first point right of what is drawn
    for (int x = 0; x < width; ++x) {
        double *sample = &samples[std::size_t(x) * columns];
        const double end = first + (x + 1) * perPixel;
        const std::size_t begin = next;
        for (; next < points.size() && (double(points[next].step) < end || x + 1 == width); ++next)
            for (std::size_t column = 0; column < columns; ++column)
                sample[column] += double(points[next].values[column]);
        if (next > begin) {
            for (std::size_t column = 0; column < columns; ++column)
                sample[column] /= double(next - begin);
            continue;
        }
        const StripPoint &before = points[next == 0 ? 0 : next - 1];
        const StripPoint &after = points[std::min(next, points.size() - 1)];
        const double gap = double(after.step) - double(before.step);
        const double share = gap > 0 ? std::clamp((first + (x + 0.5) * perPixel - double(before.step)) / gap, 0.0, 1.0) : 0;
        for (std::size_t column = 0; column < columns; ++column)
            sample[column] = (1 - share) * double(before.values[column]) + share * double(after.values[column]);
    }
    return samples;
}

QImage stackedStrip(const std::vector<double> &samples, const std::vector<QColor> &colours, QSize size, const QColor &ground)
{
    QImage image(size, QImage::Format_RGB32);
    image.fill(ground);
    for (int x = 0; x < size.width(); ++x) {
        // From the top down; each reaches a pixel under the next, so that no seam lets the ground through.
        double sum = 0;
        for (std::size_t column = 0; column < colours.size(); ++column)
            sum += samples[std::size_t(x) * colours.size() + column];
        for (std::size_t column = colours.size(); column-- > 0;) {
            const double top = size.height() * (1 - sum);
            sum -= samples[std::size_t(x) * colours.size() + column];
            fillSpan(image, x, top, size.height() * (1 - sum) + 1, colours[column].rgb());
        }
    }
    return image;
}

QImage lineStrip(const std::vector<double> &samples, const std::vector<QColor> &colours, QSize size, const QColor &ground, double low, double high, double thickness)
{
    QImage image(size, QImage::Format_RGB32);
    image.fill(ground);
    const double room = std::max(1.0, size.height() - thickness);
    const auto yOf = [&](int x, std::size_t column) {
        return size.height() - thickness / 2 - room * (samples[std::size_t(std::clamp(x, 0, size.width() - 1)) * colours.size() + column] - low) / std::max(high - low, 1e-12);
    };
    for (std::size_t column = 0; column < colours.size(); ++column)
        for (int x = 0; x < size.width(); ++x) {
            const double y = yOf(x, column);
            const double left = (y + yOf(x - 1, column)) / 2;
            const double right = (y + yOf(x + 1, column)) / 2;
            if (std::isfinite(left) && std::isfinite(right))
                fillSpan(image, x, std::min({left, y, right}) - thickness / 2, std::max({left, y, right}) + thickness / 2, colours[column].rgb());
        }
    return image;
}

} // namespace concord
