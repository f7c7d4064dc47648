#pragma once

#include "core/store/run_store.h"
#include "ui/plot/min_max_pyramid.h"

#include <cstdint>
#include <vector>

namespace concord {

/// What a curve's x is.
enum class CurveX { step, epoch, time };

/// One series as it is drawn: x, the raw values and, when asked for, their exponential moving average. Grows with its series.
class Curve
{
public:
    /// Takes what is new in the series, or all of it when its past has changed (a resume cut it back) or x or smoothing have.
    /// `epochs` turns steps into epochs; null or empty: steps stay. Returns whether anything is new.
    bool sync(const Series &series, const Series *epochs, CurveX axis, double smoothing);

    bool isEmpty() const { return x_.empty(); }
    bool isSmoothed() const { return smoothing_ > 0; }
    std::span<const double> x() const { return x_; }
    const MinMaxPyramid &raw() const { return raw_; }
    const MinMaxPyramid &shown() const { return isSmoothed() ? smooth_ : raw_; }   ///< the smoothed values, else the raw ones

    /// Indices of the points to see in [low, high], with one more on either side so that lines go on to the border.
    struct Window
    {
        std::size_t from;
        std::size_t to;
    };
    Window window(double low, double high) const;

    /// Index of the last point at or before x; 0 when all are after it. Not for an empty curve.
    std::size_t indexAt(double x) const;

    double xOfStep(std::int64_t step) const;          ///< interpolated between the points; NaN for an empty curve
    std::int64_t stepAt(std::size_t index) const { return steps_[index]; }

private:
    void restart();
    void add(std::int64_t step, double seconds, double value, const Series *epochs);
    void addSmoothed(double value);

    CurveX axis_ = CurveX::step;
    double smoothing_ = 0;
    double average_ = 0;     ///< of the running mean, before the correction of its start
    double weight_ = 0;      ///< 1 − smoothing^n
    double lastSeconds_ = 0;
    double lastValue_ = 0;
    std::size_t epochAt_ = 0;
    std::size_t epochCount_ = 0;
    std::vector<std::int64_t> steps_;
    std::vector<double> x_;
    MinMaxPyramid raw_;
    MinMaxPyramid smooth_;
};

} // namespace concord
