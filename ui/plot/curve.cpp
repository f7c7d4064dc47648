#include "ui/plot/curve.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace concord {

bool Curve::sync(const Series &series, const Series *epochs, CurveX axis, double smoothing)
{
    const std::size_t have = steps_.size();
    const bool sameAxis = axis == axis_;
    // Epochs arrive beside the values; a point that came before its epoch was known is placed anew.
    const std::size_t epochCount = epochs ? epochs->steps.size() : 0;
    const bool late = axis == CurveX::epoch && have > 0 && epochCount != epochCount_ && (epochCount < epochCount_ || epochCount_ == 0 || steps_.back() > epochs->steps[epochCount_ - 1]);
    const bool samePast = have <= series.steps.size()
        && (have == 0 || (series.steps[have - 1] == steps_.back() && series.seconds[have - 1] == lastSeconds_ && std::bit_cast<std::uint64_t>(series.values[have - 1]) == std::bit_cast<std::uint64_t>(lastValue_)));
    const bool anew = !sameAxis || !samePast || late;
    const bool smoothAnew = smoothing != smoothing_;
    if (!anew && !smoothAnew && have == series.steps.size())
        return false;
    axis_ = axis;
    smoothing_ = smoothing;
    epochCount_ = epochCount;
    if (anew || smoothAnew) {
        average_ = 0;
        weight_ = 0;
        smooth_.clear();
    }
    if (anew)
        restart();
    else if (smoothAnew)
        for (const double value : raw_.values())
            addSmoothed(value);
    for (std::size_t i = steps_.size(); i < series.steps.size(); ++i)
        add(series.steps[i], series.seconds[i], series.values[i], epochs);
    return true;
}

void Curve::restart()
{
    epochAt_ = 0;
    steps_.clear();
    x_.clear();
    raw_.clear();
}

void Curve::add(std::int64_t step, double seconds, double value, const Series *epochs)
{
    double x = double(step);
    if (axis_ == CurveX::time) {
        x = seconds;
    } else if (axis_ == CurveX::epoch && epochs && !epochs->steps.empty()) {
        while (epochAt_ + 1 < epochs->steps.size() && epochs->steps[epochAt_ + 1] <= step)
            ++epochAt_;
        x = epochs->values[epochAt_];
    }
    // Clocks and epochs may stand still but never run back.
    x_.push_back(x_.empty() ? x : std::max(x, x_.back()));
    steps_.push_back(step);
    lastSeconds_ = seconds;
    lastValue_ = value;
    raw_.append(value);
    addSmoothed(value);
}

void Curve::addSmoothed(double value)
{
    if (smoothing_ <= 0)
        return;
    if (!std::isfinite(value)) {
        smooth_.append(value);
        return;
    }
    // Zero-biased at its start, so divided by the sum of its weights, as Adam does with its moments (Kingma & Ba, ICLR 2015, section 3).
    average_ = smoothing_ * average_ + (1 - smoothing_) * value;
    weight_ = smoothing_ * weight_ + (1 - smoothing_);
    smooth_.append(average_ / weight_);
}

Curve::Window Curve::window(double low, double high) const
{
    auto from = std::size_t(std::ranges::lower_bound(x_, low) - x_.begin());
    auto to = std::size_t(std::ranges::upper_bound(x_, high) - x_.begin());
    return {from > 0 ? from - 1 : from, std::min(to + 1, x_.size())};
}

std::size_t Curve::indexAt(double x) const
{
    const auto after = std::size_t(std::ranges::upper_bound(x_, x) - x_.begin());
    return after > 0 ? after - 1 : 0;
}

double Curve::xOfStep(std::int64_t step) const
{
    if (x_.empty())
        return std::nan("");
    const auto next = std::size_t(std::ranges::lower_bound(steps_, step) - steps_.begin());
    if (next == 0)
        return x_.front();
    if (next == steps_.size())
        return axis_ == CurveX::step ? double(step) : x_.back();
    const double share = double(step - steps_[next - 1]) / double(steps_[next] - steps_[next - 1]);
    return x_[next - 1] + share * (x_[next] - x_[next - 1]);
}

} // namespace concord
