#include "core/exporter/report_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace concord {

namespace {

constexpr double plotLeft = 52;
constexpr double plotTop = 10;
constexpr double plotWidth = 600;
constexpr double plotHeight = 200;

struct ReportRange
{
    double low = INFINITY;
    double high = -INFINITY;

    void add(double value)
    {
        if (!std::isfinite(value))
            return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    double share(double value) const { return high > low ? (std::clamp(value, low, high) - low) / (high - low) : 0.5; }
};

/// Round numbers, about four of them, inside the range.
std::vector<double> reportTicks(const ReportRange &range)
{
    if (!(range.high > range.low))
        return {range.low};
    const double raw = (range.high - range.low) / 4;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double step = power * (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : raw / power < 7.5 ? 5 : 10);
    std::vector<double> ticks;
    for (double k = std::ceil(range.low / step); k * step <= range.high + 1e-9 * step; ++k)
        ticks.push_back(k * step + 0.0);
    return ticks;
}

/// Exponential mean with the start's bias removed; what is not a number is passed over.
std::vector<double> smoothedValues(const std::vector<double> &values, double smoothing)
{
    std::vector<double> result;
    double mean = 0;
    double weight = 0;
    for (const double value : values) {
        if (std::isfinite(value)) {
            mean = smoothing * mean + (1 - smoothing) * value;
            weight = smoothing * weight + (1 - smoothing);
        }
        result.push_back(std::isfinite(value) ? mean / weight : value);
    }
    return result;
}

/// Of the values that share a column of the picture only the smallest and the largest are drawn, so no spike is lost.
std::string reportPolyline(const std::vector<std::int64_t> &steps, const std::vector<double> &values, const ReportRange &x, const ReportRange &y, const std::string &style)
{
    std::string points;
    const auto point = [&](std::size_t i) {
        points += fmt::format("{:.1f},{:.1f} ", plotLeft + plotWidth * x.share(double(steps[i])), plotTop + plotHeight * (1 - y.share(values[i])));
    };
    for (std::size_t i = 0; i < steps.size();) {
        const double column = std::floor(plotWidth * x.share(double(steps[i])));
        std::size_t low = steps.size();
        std::size_t high = steps.size();
        for (; i < steps.size() && std::floor(plotWidth * x.share(double(steps[i]))) == column; ++i) {
            if (!std::isfinite(values[i]))
                continue;
            low = low == steps.size() || values[i] < values[low] ? i : low;
            high = high == steps.size() || values[i] > values[high] ? i : high;
        }
        if (low == steps.size())
            continue;
        point(std::min(low, high));
        if (low != high)
            point(std::max(low, high));
    }
    if (points.empty())
        return {};
    points.pop_back();
    return fmt::format("<polyline fill='none' stroke-linejoin='round' {} points='{}'/>", style, points);
}

std::string axes(const ReportRange &x, const ReportRange &y)
{
    std::string svg;
    for (const double tick : reportTicks(y)) {
        const double line = plotTop + plotHeight * (1 - y.share(tick));
        svg += fmt::format("<line x1='{0}' x2='{1}' y1='{2:.1f}' y2='{2:.1f}' stroke='#e3e6ea'/><text x='{3}' y='{4:.1f}' text-anchor='end'>{5:.4g}</text>", plotLeft,
                           plotLeft + plotWidth, line, plotLeft - 7, line + 4, tick);
    }
    for (const double tick : reportTicks(x))
        if (tick == std::floor(tick))
            svg += fmt::format("<text x='{:.1f}' y='{}' text-anchor='middle'>{:.0f}</text>", plotLeft + plotWidth * x.share(tick), plotTop + plotHeight + 18, tick);
    return svg + fmt::format("<text x='{}' y='{}' text-anchor='end'>step</text>", plotLeft - 7, plotTop + plotHeight + 18);
}

} // namespace

std::string reportColour(int index)
{
    // Okabe and Ito's colours for colour-blind readers, yellow darkened for lines on white.
    static constexpr std::array<const char *, 8> colours = {"#0072b2", "#d98200", "#009e73", "#9a4fb3", "#d55e00", "#56b4e9", "#b8a900", "#3a3f45"};
    return colours[std::size_t(std::max(0, index)) % colours.size()];
}

std::string curvesFigure(const std::string &title, const std::vector<ReportCurve> &curves, double smoothing)
{
    ReportRange x;
    ReportRange y;
    for (const ReportCurve &curve : curves) {
        for (const std::int64_t step : curve.series.steps)
            x.add(double(step));
        for (const double value : smoothedValues(curve.series.values, smoothing))
            y.add(value);
    }
    if (!(y.low <= y.high))
        return {};
    for (const ReportCurve &curve : curves)
        y.add(curve.reference);
    const double margin = y.high > y.low ? 0.05 * (y.high - y.low) : std::max(1e-9, 0.05 * std::abs(y.high));
    y = {y.low - margin, y.high + margin};
    std::string svg = axes(x, y);
    std::string legend;
    for (const ReportCurve &curve : curves) {
        const std::string colour = reportColour(curve.colour);
        if (std::isfinite(curve.reference))
            svg += fmt::format("<line x1='{0}' x2='{1}' y1='{2:.1f}' y2='{2:.1f}' stroke='{3}' stroke-dasharray='5 4'/>", plotLeft, plotLeft + plotWidth,
                               plotTop + plotHeight * (1 - y.share(curve.reference)), colour);
        if (smoothing > 0)
            svg += reportPolyline(curve.series.steps, curve.series.values, x, y, fmt::format("stroke='{}' stroke-opacity='0.2'", colour));
        svg += reportPolyline(curve.series.steps, smoothedValues(curve.series.values, smoothing), x, y, fmt::format("stroke='{}' stroke-width='2'", colour));
        if (curve.series.steps.size() == 1 && std::isfinite(curve.series.values[0]))
            svg += fmt::format("<circle cx='{:.1f}' cy='{:.1f}' r='3.5' fill='{}'/>", plotLeft + plotWidth / 2, plotTop + plotHeight * (1 - y.share(curve.series.values[0])), colour);
        legend += fmt::format("<span class='key'><i style='background:{}'></i>{}</span>", colour, htmlText(curve.label));
    }
    return fmt::format("<figure><figcaption>{}</figcaption><svg viewBox='0 0 664 236' class='curves' role='img' aria-label='{}'>{}</svg><div class='legend'>{}</div></figure>",
                       htmlText(title), htmlText(title), svg, legend);
}

} // namespace concord
