#pragma once

#include "core/store/run_event.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace concord {

/// The cosine of one task pair in one block over time; grows with its Gramians.
class RiverRow
{
public:
    /// Takes what is new, or all when the pair or the past has changed. Returns whether anything is new.
    bool sync(const std::vector<GramianEvent> &gramians, int tasks, int first, int second);

    std::span<const std::int64_t> steps() const { return steps_; }
    std::span<const double> cosines() const { return cosines_; }

    /// Mean cosine in each of `columns` equal parts of [from, to]. A part without a measurement shows the one before it, so that a
    /// probe every n steps leaves no gaps; before the first and after the last it is NaN.
    std::vector<double> buckets(std::int64_t from, std::int64_t to, int columns) const;

    /// Index of the last measurement at or before the step; −1 when there is none.
    int indexAt(std::int64_t step) const;

private:
    int tasks_ = 0;
    std::pair<int, int> pair_ = {-1, -1};
    std::vector<std::int64_t> steps_;
    std::vector<double> cosines_;
};

/// The pair with the lowest mean cosine, from at most 200 of the measurements.
std::pair<int, int> lowestPair(const std::vector<GramianEvent> &gramians, int tasks);

/// The measurement at the step: the last at or before it, the first when all are later, the newest for −1; null when there is none.
const GramianEvent *gramianAt(const std::vector<GramianEvent> &gramians, std::int64_t step);

} // namespace concord
