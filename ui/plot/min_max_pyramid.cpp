#include "ui/plot/min_max_pyramid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord {

void MinMaxPyramid::clear()
{
    values_.clear();
    levels_.clear();
}

MinMaxPyramid::Bucket MinMaxPyramid::merged(const Bucket &a, const Bucket &b) const
{
    // A value that is not finite loses against any other.
    const auto better = [this](std::size_t x, std::size_t y, int sign) {
        if (!std::isfinite(values_[y]))
            return x;
        return !std::isfinite(values_[x]) || sign * values_[y] > sign * values_[x] ? y : x;
    };
    return {better(a.low, b.low, -1), better(a.high, b.high, 1)};
}

void MinMaxPyramid::append(double value)
{
    values_.push_back(value);
    // A bucket is made when its last member is there.
    for (std::size_t level = 0, width = fan; values_.size() % width == 0; ++level, width *= fan) {
        if (levels_.size() == level)
            levels_.emplace_back();
        Bucket bucket = level == 0 ? single(values_.size() - fan) : levels_[level - 1][levels_[level - 1].size() - fan];
        for (std::size_t i = fan - 1; i > 0; --i)
            bucket = merged(bucket, level == 0 ? single(values_.size() - i) : levels_[level - 1][levels_[level - 1].size() - i]);
        levels_[level].push_back(bucket);
    }
}

/// Calls `use` for buckets of at most fan^level values that cover [from, to) in order.
template<class Use>
void MinMaxPyramid::cover(std::size_t from, std::size_t to, std::size_t level, const Use &use) const
{
    level = std::min(level, levels_.size());
    while (from < to) {
        std::size_t fit = 0;
        std::size_t width = 1;
        while (fit < level && from % (width * fan) == 0 && from + width * fan <= to && from / (width * fan) < levels_[fit].size()) {
            ++fit;
            width *= fan;
        }
        use(fit == 0 ? single(from) : levels_[fit - 1][from / width]);
        from += width;
    }
}

std::vector<std::size_t> MinMaxPyramid::outline(std::size_t from, std::size_t to, std::size_t budget) const
{
    to = std::min(to, values_.size());
    from = std::min(from, to);
    std::vector<std::size_t> indices;
    std::size_t level = 0;
    for (std::size_t buckets = to - from; buckets > budget && level < levels_.size(); ++level)
        buckets = level == 0 ? (to - from) * 2 / fan : buckets / fan;
    const auto add = [&indices](const Bucket &bucket) {
        const auto [first, second] = std::minmax(bucket.low, bucket.high);
        indices.push_back(first);
        if (second != first)
            indices.push_back(second);
    };
    // The ends are always drawn, so that a curve ends where its data end.
    if (level > 0 && from < to)
        indices.push_back(from);
    cover(from, to, level, add);
    if (level > 0 && from < to)
        indices.push_back(to - 1);
    indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
    return indices;
}

MinMaxPyramid::Range MinMaxPyramid::range(std::size_t from, std::size_t to) const
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    Range range{infinity, -infinity};
    cover(from, std::min(to, values_.size()), levels_.size(), [&](const Bucket &bucket) {
        if (std::isfinite(values_[bucket.low]))
            range.low = std::min(range.low, values_[bucket.low]);
        if (std::isfinite(values_[bucket.high]))
            range.high = std::max(range.high, values_[bucket.high]);
    });
    return range;
}

} // namespace concord
