#include "ui/plot/number_text.h"

#include <QLatin1Char>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

/// Groups of three in the digits before the point.
QString withGroups(QString text)
{
    const qsizetype begin = text.startsWith(QLatin1Char('-')) ? 1 : 0;
    qsizetype end = begin;
    while (end < text.size() && text[end].isDigit())
        ++end;
    for (qsizetype at = end - 3; at > begin; at -= 3)
        text.insert(at, QChar(0x202f));
    return text.replace(QLatin1Char('-'), QChar(0x2212));
}

} // namespace

QString groupedNumber(std::int64_t value)
{
    return withGroups(QString::number(value));
}

QString shortNumber(double value, int digits)
{
    if (!std::isfinite(value))
        return std::isinf(value) ? (value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞")) : QStringLiteral("–");
    const double size = std::abs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e9))
        return withGroups(QString::number(value, 'g', digits));
    if (size == 0)
        return QStringLiteral("0");
    const int before = int(std::floor(std::log10(size))) + 1;
    return withGroups(QString::number(value, 'f', std::max(digits - before, 0)));
}

QString durationText(double seconds)
{
    const auto whole = std::int64_t(std::llround(seconds));
    const auto two = [](std::int64_t value) { return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0')); };
    if (std::abs(seconds) < 10 && seconds != double(whole))
        return QStringLiteral("%1 s").arg(shortNumber(seconds, 2));
    if (whole < 60)
        return QStringLiteral("%1 s").arg(whole);
    if (whole < 3600)
        return QStringLiteral("%1 m %2 s").arg(whole / 60).arg(two(whole % 60));
    return QStringLiteral("%1 h %2 m").arg(whole / 3600).arg(two(whole % 3600 / 60));
}

} // namespace concord
