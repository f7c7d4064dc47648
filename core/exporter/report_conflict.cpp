#include "core/exporter/report_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace concord {

namespace {

/// NaN where a task has no gradient.
double gramianCosine(const std::vector<float> &gramian, std::size_t count, std::size_t i, std::size_t j)
{
    const double norms = std::sqrt(double(gramian[i * count + i])) * std::sqrt(double(gramian[j * count + j]));
    return norms > 0 ? std::clamp(double(gramian[i * count + j]) / norms, -1.0, 1.0) : NAN;
}

/// From red (against each other) over grey to blue (the same way), as in the window.
std::string cosineCell(double cosine)
{
    if (!std::isfinite(cosine))
        return "<td class='quiet'>–</td>";
    const std::array<double, 3> neutral = {243, 244, 246};
    const std::array<double, 3> end = cosine < 0 ? std::array<double, 3>{178, 24, 43} : std::array<double, 3>{33, 102, 172};
    std::array<int, 3> colour = {};
    for (std::size_t c = 0; c < 3; ++c)
        colour[c] = int(std::lround(neutral[c] + std::abs(cosine) * (end[c] - neutral[c])));
    return fmt::format("<td style='background:rgb({},{},{});color:{}'>{:.2f}</td>", colour[0], colour[1], colour[2], std::abs(cosine) > 0.55 ? "#fff" : "#1b1f24", cosine);
}

} // namespace

std::string conflictFigure(const std::string &title, const std::vector<std::string> &tasks, const std::vector<float> &gramian)
{
    const std::size_t count = tasks.size();
    if (count < 2 || gramian.size() != count * count)
        return {};
    std::string rows = "<tr><th></th>";
    for (const std::string &task : tasks)
        rows += "<th scope='col'>" + htmlText(task) + "</th>";
    rows += "</tr>";
    for (std::size_t i = 0; i < count; ++i) {
        rows += "<tr><th scope='row'>" + htmlText(tasks[i]) + "</th>";
        for (std::size_t j = 0; j < count; ++j)
            rows += cosineCell(gramianCosine(gramian, count, i, j));
        rows += "</tr>";
    }
    return fmt::format("<figure><figcaption>{}</figcaption><table class='heat'>{}</table><div class='legend quiet'>−1 against each other · 0 independent · 1 the same way</div></figure>",
                       htmlText(title), rows);
}

std::vector<ReportCurve> conflictCurves(const std::vector<std::string> &tasks, const std::vector<GramianEvent> &gramians)
{
    std::vector<ReportCurve> curves;
    const std::size_t count = tasks.size();
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = i + 1; j < count; ++j) {
            ReportCurve curve{.label = tasks[i] + " · " + tasks[j], .colour = int(curves.size())};
            for (const GramianEvent &gramian : gramians) {
                if (gramian.values.size() != count * count)
                    continue;
                curve.series.steps.push_back(gramian.step);
                curve.series.values.push_back(gramianCosine(gramian.values, count, i, j));
            }
            curves.push_back(std::move(curve));
        }
    return curves;
}

} // namespace concord
