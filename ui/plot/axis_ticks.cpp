#include "ui/plot/axis_ticks.h"

#include "ui/plot/number_text.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

using Ticks = std::vector<std::pair<double, QString>>;

double roundStep(double rough, AxisKind kind)
{
    if (kind == AxisKind::time && rough > 5) {
        static const double steps[] = {10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400};
        const auto it = std::ranges::lower_bound(steps, rough);
        return it == std::end(steps) ? std::ceil(rough / 86400) * 86400 : *it;
    }
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double mantissa : {1.0, 2.0, 5.0})
        if (rough <= mantissa * power * 1.0001)
            return mantissa * power;
    return 10 * power;
}

Ticks decadeTicks(double low, double high)
{
    Ticks ticks;
    const double decades = std::log10(high / low);
    const int stride = std::max(1, int(decades / 8));
    for (int decade = int(std::floor(std::log10(low))); decade <= int(std::ceil(std::log10(high))); decade += stride)
        for (const double mantissa : {1.0, 2.0, 5.0})
            if (const double tick = mantissa * std::pow(10, decade); (mantissa == 1 || decades < 2.5) && tick >= low && tick <= high)
                ticks.emplace_back(tick, tick >= 1 && tick < 1e9 ? groupedNumber(std::llround(tick)) : shortNumber(tick, 1));
    return ticks;
}

} // namespace

std::vector<std::pair<double, QString>> axisTicks(AxisKind kind, double low, double high, int count)
{
    if (!(high > low) || !std::isfinite(high - low))
        return {};
    if (kind == AxisKind::logarithmic && low > 0)
        if (Ticks ticks = decadeTicks(low, high); ticks.size() >= 3)
            return ticks;
    const double step = roundStep((high - low) / std::max(1, count), kind);
    const int decimals = std::max(0, int(-std::floor(std::log10(step) + 1e-9)));
    Ticks ticks;
    for (auto i = std::int64_t(std::ceil(low / step - 1e-9)); double(i) * step <= high + 1e-9 * step && ticks.size() < 100; ++i) {
        const double tick = double(i) * step;
        const QString label = kind == AxisKind::time && step >= 1 ? durationText(tick)
            : decimals > 5                                        ? shortNumber(tick, 3)
            : decimals == 0                                       ? (std::abs(tick) < 1e12 ? groupedNumber(std::llround(tick)) : shortNumber(tick, 3))
                                                                  : QString::number(tick, 'f', decimals).replace(u'-', QChar(0x2212));
        ticks.emplace_back(tick, label);
    }
    return ticks;
}

} // namespace concord
