#pragma once

#include <QColor>
#include <QImage>

#include <cstdint>
#include <span>
#include <vector>

namespace concord {

/// One row of a ShareView over the steps, pixel by pixel: paths of antialiased bands took half a second for eight rows of sixteen.

/// What a row was at a step, one value per column.
struct StripPoint
{
    std::int64_t step = 0;
    std::span<const float> values = {};
};

/// [width, columns]: at each pixel the mean of the points that fall on it, or what lies between its neighbours.
std::vector<double> stripSamples(const std::vector<StripPoint> &points, std::size_t columns, int width);

/// Values that sum to 1 as bands, the first column at the bottom.
QImage stackedStrip(const std::vector<double> &samples, const std::vector<QColor> &colours, QSize size, const QColor &ground);

/// Values from `low` to `high` as lines of so many pixels.
QImage lineStrip(const std::vector<double> &samples, const std::vector<QColor> &colours, QSize size, const QColor &ground, double low, double high, double thickness);

} // namespace concord
