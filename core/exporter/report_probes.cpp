#include "core/exporter/report_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace concord {

namespace {

/// More cells than these are for the window.
constexpr std::size_t mostProbeColumns = 24;

/// From grey (nothing) to blue, or to red below zero, in shares of the largest.
std::string probeCell(double value, double largest)
{
    if (!std::isfinite(value))
        return "<td class='quiet'>–</td>";
    const double share = largest > 0 ? std::min(std::abs(value) / largest, 1.0) : 0;
    const std::array<double, 3> neutral = {243, 244, 246};
    const std::array<double, 3> end = value < 0 ? std::array<double, 3>{178, 24, 43} : std::array<double, 3>{33, 102, 172};
    std::array<int, 3> colour = {};
    for (std::size_t c = 0; c < 3; ++c)
        colour[c] = int(std::lround(neutral[c] + share * (end[c] - neutral[c])));
    return fmt::format("<td style='background:rgb({},{},{});color:{}'>{:.2f}</td>", colour[0], colour[1], colour[2], share > 0.55 ? "#fff" : "#1b1f24", value);
}

std::string probeFigure(const ProbeEvent &probe)
{
    double largest = 0;
    for (const float value : probe.values)
        if (std::isfinite(value))
            largest = std::max(largest, std::abs(double(value)));
    std::string rows = "<tr><th></th>";
    for (const std::string &column : probe.columns)
        rows += "<th scope='col'>" + htmlText(column) + "</th>";
    rows += "</tr>";
    for (std::size_t row = 0; row < probe.rows.size(); ++row) {
        rows += "<tr><th scope='row'>" + htmlText(probe.rows[row]) + "</th>";
        for (std::size_t column = 0; column < probe.columns.size(); ++column)
            rows += probeCell(double(probe.values[row * probe.columns.size() + column]), largest);
        rows += "</tr>";
    }
    return fmt::format("<figure class='wide'><figcaption>{} · {}, step {}</figcaption><table class='heat'>{}</table></figure>", htmlText(probe.node), htmlText(probe.name), probe.step, rows);
}

} // namespace

std::string probeFigures(const RunStore &store, int run)
{
    // In the order of the network: that in which they come first.
    std::vector<ProbeEvent> last;
    for (ProbeEvent &probe : store.probes(run)) {
        if (last.empty() || last.back().node != probe.node || last.back().name != probe.name)
            last.emplace_back();
        last.back() = std::move(probe);
    }
    std::string html;
    for (const ProbeEvent &probe : last)
        if (probe.columns.size() <= mostProbeColumns)
            html += probeFigure(probe);
    return html;
}

} // namespace concord
