#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace concord {

/// Seconds that a run has been training; stands still while paused.
class TrainingClock
{
  public:
    void start(double secondsBefore = 0);
    void pause();
    double seconds() const;

  private:
    using Clock = std::chrono::steady_clock;
    double before_ = 0;
    Clock::time_point since_ = {};
    bool running_ = false;
};

/// Mean over the last steps, loading of data included, evaluations and pauses left out.
class ThroughputMeter
{
  public:
    explicit ThroughputMeter(std::size_t window = 20)
        : window_(window)
    {
    }

    void add(double seconds, std::int64_t images);
    double msPerStep() const; ///< 0 before the first step
    double imagesPerSecond() const;

  private:
    struct Step
    {
        double seconds;
        std::int64_t images;
    };
    std::size_t window_;
    std::deque<Step> steps_;
};

} // namespace concord
