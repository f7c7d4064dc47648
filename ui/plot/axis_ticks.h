#pragma once

#include <QString>

#include <utility>
#include <vector>

namespace concord {

enum class AxisKind { linear, logarithmic, time };

/// About `count` round values in [low, high] with their labels: steps of 1, 2 or 5; on a logarithmic axis 1, 2 and 5 of each decade, or
/// round steps where it shows less than that; on an axis of seconds, steps that people count time by. All labels have the same decimals.
std::vector<std::pair<double, QString>> axisTicks(AxisKind kind, double low, double high, int count);

} // namespace concord
