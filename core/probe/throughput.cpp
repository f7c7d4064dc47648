#include "core/probe/throughput.h"

namespace concord {

void TrainingClock::start(double secondsBefore)
{
    before_ = secondsBefore;
    since_ = Clock::now();
    running_ = true;
}

void TrainingClock::pause()
{
    before_ = seconds();
    running_ = false;
}

double TrainingClock::seconds() const
{
    return running_ ? before_ + std::chrono::duration<double>(Clock::now() - since_).count() : before_;
}

void ThroughputMeter::add(double seconds, std::int64_t images)
{
    steps_.push_back({seconds, images});
    if (steps_.size() > window_)
        steps_.pop_front();
}

double ThroughputMeter::msPerStep() const
{
    double seconds = 0;
    for (const Step &step : steps_)
        seconds += step.seconds;
    return steps_.empty() ? 0 : 1000 * seconds / double(steps_.size());
}

double ThroughputMeter::imagesPerSecond() const
{
    double seconds = 0;
    std::int64_t images = 0;
    for (const Step &step : steps_) {
        seconds += step.seconds;
        images += step.images;
    }
    return seconds > 0 ? double(images) / seconds : 0;
}

} // namespace concord
