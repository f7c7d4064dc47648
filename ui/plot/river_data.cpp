#include "ui/plot/river_data.h"

#include "ui/model/run_data.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord {

bool RiverRow::sync(const std::vector<GramianEvent> &gramians, int tasks, int first, int second)
{
    const std::size_t have = steps_.size();
    const bool same = tasks == tasks_ && pair_ == std::pair(first, second) && have <= gramians.size()
        && (have == 0 || (gramians[have - 1].step == steps_.back() && (std::isnan(cosines_.back()) || cosine(gramians[have - 1].values, tasks, first, second) == cosines_.back())));
    if (same && have == gramians.size())
        return false;
    if (!same) {
        steps_.clear();
        cosines_.clear();
        tasks_ = tasks;
        pair_ = {first, second};
    }
    for (std::size_t i = steps_.size(); i < gramians.size(); ++i) {
        steps_.push_back(gramians[i].step);
        cosines_.push_back(cosine(gramians[i].values, tasks, first, second));
    }
    return true;
}

std::vector<double> RiverRow::buckets(std::int64_t from, std::int64_t to, int columns) const
{
    std::vector<double> means(std::size_t(std::max(columns, 0)), std::nan(""));
    std::vector<int> counts(means.size(), 0);
    if (steps_.empty() || means.empty() || to < from)
        return means;
    const double width = double(to - from + 1) / columns;
    const auto columnOf = [&](std::int64_t step) { return std::clamp(int(double(step - from) / width), 0, columns - 1); };
    const auto begin = std::size_t(std::ranges::lower_bound(steps_, from) - steps_.begin());
    const auto end = std::size_t(std::ranges::upper_bound(steps_, to) - steps_.begin());
    for (std::size_t i = begin; i < end; ++i) {
        if (std::isnan(cosines_[i]))
            continue;
        const auto column = std::size_t(columnOf(steps_[i]));
        means[column] = (counts[column]++ == 0 ? 0 : means[column]) + cosines_[i];
    }
    double before = begin > 0 ? cosines_[begin - 1] : std::nan("");
    const int last = end == steps_.size() ? (end > 0 ? columnOf(steps_[end - 1]) : -1) : columns - 1;
    for (int column = 0; column <= last; ++column) {
        double &mean = means[std::size_t(column)];
        mean = counts[std::size_t(column)] > 0 ? mean / counts[std::size_t(column)] : before;
        before = mean;
    }
    return means;
}

int RiverRow::indexAt(std::int64_t step) const
{
    return int(std::ranges::upper_bound(steps_, step) - steps_.begin()) - 1;
}

std::pair<int, int> lowestPair(const std::vector<GramianEvent> &gramians, int tasks)
{
    std::pair<int, int> lowest = {0, std::min(1, tasks - 1)};
    double lowestMean = std::numeric_limits<double>::infinity();
    const std::size_t stride = gramians.size() / 200 + 1;
    for (int i = 0; i < tasks; ++i)
        for (int j = i + 1; j < tasks; ++j) {
            double sum = 0;
            int count = 0;
            for (std::size_t at = 0; at < gramians.size(); at += stride)
                if (const double value = cosine(gramians[at].values, tasks, i, j); !std::isnan(value)) {
                    sum += value;
                    ++count;
                }
            if (count > 0 && sum / count < lowestMean) {
                lowestMean = sum / count;
                lowest = {i, j};
            }
        }
    return lowest;
}

const GramianEvent *gramianAt(const std::vector<GramianEvent> &gramians, std::int64_t step)
{
    if (gramians.empty())
        return nullptr;
    if (step < 0)
        return &gramians.back();
    const auto after = std::ranges::upper_bound(gramians, step, {}, &GramianEvent::step);
    return after == gramians.begin() ? &gramians.front() : &*(after - 1);
}

} // namespace concord
