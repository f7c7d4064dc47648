#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concord {

std::string join(const std::vector<std::string> &parts, std::string_view separator);

/// Empty parts are kept; no part for an empty text.
std::vector<std::string> split(std::string_view text, char separator);

std::string trim(std::string_view text);

/// The finite number that the whole text is, as "0.5" or "1e-3".
std::optional<double> numberIn(std::string_view text);

/// Edit distance (Levenshtein).
int editDistance(std::string_view a, std::string_view b);

/// The nearest candidate within a third of the length (at least one letter), or "".
std::string nearestWord(std::string_view word, const std::vector<std::string> &candidates);

/// " (did you mean 'x'?)" for the nearest candidate, else "".
std::string didYouMean(std::string_view word, const std::vector<std::string> &candidates);

/// 1234567 → "1.23 M", 689312 → "689 k"; for counts of parameters and multiply-adds.
std::string shortCount(double count);

/// {3, 96, 96} → "3×96×96".
std::string shapeText(const std::vector<std::int64_t> &shape);

} // namespace concord
