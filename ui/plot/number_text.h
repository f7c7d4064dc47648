#pragma once

#include <QString>

#include <cstdint>

namespace concord {

/// 1240 → "1 240", grouped by narrow spaces that do not break.
QString groupedNumber(std::int64_t value);

/// Four significant digits, grouped, with a true minus: "0.7134", "12 340", "1.2e−06"; "–" for what is no number.
QString shortNumber(double value, int digits = 4);

/// "42 s", "3 m 05 s", "2 h 10 m".
QString durationText(double seconds);

} // namespace concord
