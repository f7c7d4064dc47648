#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace concord {

std::string join(const std::vector<std::string> &parts, std::string_view separator)
{
    std::string result;
    for (const std::string &part : parts) {
        if (&part != &parts.front())
            result += separator;
        result += part;
    }
    return result;
}

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    if (text.empty())
        return parts;
    for (std::size_t start = 0;;) {
        const std::size_t end = text.find(separator, start);
        parts.emplace_back(text.substr(start, end - start));
        if (end == std::string_view::npos)
            return parts;
        start = end + 1;
    }
}

std::string trim(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::optional<double> numberIn(std::string_view text)
{
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

int editDistance(std::string_view a, std::string_view b)
{
    std::vector<int> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = int(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        int diagonal = row[0];
        row[0] = int(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const int above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::string nearestWord(std::string_view word, const std::vector<std::string> &candidates)
{
    int best = std::max(1, int(word.size()) / 3) + 1;
    std::string found;
    for (const std::string &candidate : candidates)
        if (const int distance = editDistance(word, candidate); distance < best) {
            best = distance;
            found = candidate;
        }
    return found;
}

std::string didYouMean(std::string_view word, const std::vector<std::string> &candidates)
{
    const std::string found = nearestWord(word, candidates);
    return found.empty() ? "" : fmt::format(" (did you mean '{}'?)", found);
}

std::string shortCount(double count)
{
    static constexpr const char *units[] = {"", " k", " M", " G", " T"};
    int unit = 0;
    while (std::abs(count) >= 999.5 && unit < 4) {
        count /= 1000;
        ++unit;
    }
    if (unit == 0)
        return fmt::format("{:.0f}", count);
    const int digits = std::abs(count) < 9.995 ? 2 : std::abs(count) < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f}{}", count, digits, units[unit]);
}

std::string shapeText(const std::vector<std::int64_t> &shape)
{
    std::string result;
    for (const std::int64_t size : shape)
        result += (result.empty() ? "" : "×") + std::to_string(size);
    return result;
}

} // namespace concord
