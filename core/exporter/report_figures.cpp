#include "core/exporter/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace concord {

namespace {

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
};

/// Exponential mean with the start's bias removed.
std::vector<double> smoothedValues(const std::vector<double> &values, double smoothing)
{
    std::vector<double> result;
    double mean = 0;
    double weight = 0;
    for (const double value : values) {
        mean = smoothing * mean + (1 - smoothing) * value;
        weight = smoothing * weight + (1 - smoothing);
        result.push_back(mean / weight);
    }
    return result;
}

std::string polyline(const std::vector<std::int64_t> &steps, const std::vector<double> &values, const ReportRange &x, const ReportRange &y, const std::string &style)
{
    std::string points;
    const std::size_t stride = std::max<std::size_t>(1, steps.size() / 1500);
    for (std::size_t i = 0; i < steps.size(); i += stride)
        if (std::isfinite(values[i]))
            points += fmt::format("{:.1f},{:.1f} ", 56 + 600 * (double(steps[i]) - x.low) / std::max(1e-12, x.high - x.low), 12 + 200 * (y.high - values[i]) / std::max(1e-12, y.high - y.low));
    return fmt::format("<polyline fill='none' {} points='{}'/>", style, points);
}

} // namespace

std::string htmlText(const std::string &text)
{
    std::string result;
    for (const char c : text)
        result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
    return result;
}

std::string reportColour(int task)
{
    static constexpr std::array<const char *, 8> colours = {"#0072b2", "#d98200", "#009e73", "#9a4fb3", "#d55e00", "#56b4e9", "#b8a900", "#3a3f45"};
    return colours[std::size_t(task) % colours.size()];
}

std::string curvesFigure(const std::string &title, const std::vector<ReportCurve> &curves, double smoothing)
{
    ReportRange x;
    ReportRange y;
    for (const ReportCurve &curve : curves) {
        for (const std::int64_t step : curve.series.steps)
            x.add(double(step));
        for (const double value : smoothing > 0 ? smoothedValues(curve.series.values, smoothing) : curve.series.values)
            y.add(value);
    }
    if (!(y.low <= y.high))
        return {};
    const double margin = 0.05 * std::max(y.high - y.low, 1e-9);
    y = {y.low - margin, y.high + margin};
    std::string svg;
    for (int tick = 0; tick <= 4; ++tick) {
        const double line = 12 + 50 * tick;
        svg += fmt::format("<line x1='56' x2='656' y1='{0}' y2='{0}' stroke='#e3e6ea'/><text x='50' y='{1}' text-anchor='end'>{2:.3g}</text>", line, line + 4, y.high - (y.high - y.low) * tick / 4);
    }
    svg += fmt::format("<text x='56' y='232'>{:.0f}</text><text x='656' y='232' text-anchor='end'>step {:.0f}</text>", x.low, x.high);
    std::string legend;
    for (const ReportCurve &curve : curves) {
        const std::string colour = reportColour(curve.colour);
        if (smoothing > 0)
            svg += "<g clip-path='inset(0)'>" + polyline(curve.series.steps, curve.series.values, x, y, fmt::format("stroke='{}' stroke-opacity='0.22'", colour)) + "</g>";
        svg += polyline(curve.series.steps, smoothing > 0 ? smoothedValues(curve.series.values, smoothing) : curve.series.values, x, y, fmt::format("stroke='{}' stroke-width='2'", colour));
        legend += fmt::format("<span class='key'><i style='background:{}'></i>{}</span>", colour, htmlText(curve.label));
    }
    return fmt::format("<figure><figcaption>{}</figcaption><svg viewBox='0 0 670 240' class='curves'>{}</svg><div class='legend'>{}</div></figure>", htmlText(title), svg, legend);
}

std::string conflictFigure(const std::string &title, const std::vector<std::string> &tasks, const std::vector<float> &gramian)
{
    const std::size_t count = tasks.size();
    if (gramian.size() != count * count)
        return {};
    std::string rows = "<tr><th></th>";
    for (const std::string &task : tasks)
        rows += "<th>" + htmlText(task) + "</th>";
    rows += "</tr>";
    for (std::size_t i = 0; i < count; ++i) {
        rows += "<tr><th>" + htmlText(tasks[i]) + "</th>";
        for (std::size_t j = 0; j < count; ++j) {
            const double norms = std::sqrt(double(gramian[i * count + i])) * std::sqrt(double(gramian[j * count + j]));
            const double cosine = norms > 0 ? gramian[i * count + j] / norms : NAN;
            const double strength = std::isfinite(cosine) ? std::min(1.0, std::abs(cosine)) : 0;
            rows += fmt::format("<td style='background:rgba({},{:.2f});color:{}'>{}</td>", cosine < 0 ? "178,24,43" : "33,102,172", strength, strength > 0.55 ? "#fff" : "#1b1f24", std::isfinite(cosine) ? fmt::format("{:.2f}", cosine) : "–");
        }
        rows += "</tr>";
    }
    return fmt::format("<figure><figcaption>{}</figcaption><table class='heat'>{}</table></figure>", htmlText(title), rows);
}

} // namespace concord
