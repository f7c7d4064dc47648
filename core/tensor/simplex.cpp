#include "core/tensor/simplex.h"

#include <algorithm>
#include <functional>

namespace concord {

std::vector<double> projectOnSimplex(std::span<const double> point)
{
    if (point.empty())
        return {};
    // Moving all entries alike does not move the projection; so large offsets cost no digits.
    const double largest = *std::ranges::max_element(point);
    std::vector<double> result;
    for (const double value : point)
        result.push_back(value - largest);
    std::vector<double> sorted = result;
    std::ranges::sort(sorted, std::greater<>());
    double sum = 0;
    double threshold = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        sum += sorted[i];
        const double candidate = (sum - 1) / double(i + 1);
        if (sorted[i] > candidate)
            threshold = candidate;
    }
    for (double &value : result)
        value = std::max(value - threshold, 0.0);
    return result;
}

} // namespace concord
