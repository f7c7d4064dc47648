// The part of Project that follows the run which trains here.
#include "ui/job/project.h"

#include "ui/job/run_worker.h"

#include <QDateTime>

#include <algorithm>

namespace concord {

namespace {

/// The store lags behind the events by half a second; by more when the disk is busy.
constexpr std::int64_t recentMilliseconds = 10000;

} // namespace

void Project::startNext()
{
    if (worker_ || queue_.empty())
        return;
    const int run = queue_.front();
    queue_.pop_front();
    live_ = {.run = run};
    recent_.clear();
    worker_ = std::make_unique<RunWorker>(std::filesystem::path(file_.toStdString()), run, targetSteps_[run]);
    drainTimer_.start();
}

void Project::takeIn(int run, const RunEvent &event)
{
    if (const auto *state = std::get_if<StateEvent>(&event)) {
        live_.step = std::max(live_.step, state->step);
        live_.total = state->totalSteps;
        if (RunSummary *summary = summaryOf(run)) {
            summary->state = state->state;
            summary->message = state->message;
            summary->step = std::max(live_.step, state->step);
            summary->totalSteps = state->totalSteps;
        }
    } else if (const auto *scalar = std::get_if<ScalarEvent>(&event)) {
        if (scalar->series == "ms_per_step")
            live_.msPerStep = live_.msPerStep > 0 ? 0.95 * live_.msPerStep + 0.05 * scalar->value : scalar->value;
        else if (scalar->series == "images_per_s")
            live_.imagesPerSecond = scalar->value;
        live_.step = std::max(live_.step, scalar->step);
    }
}

void Project::remember(const std::vector<RunEvent> &events)
{
    const std::int64_t now = QDateTime::currentMSecsSinceEpoch();
    for (const RunEvent &event : events)
        recent_.emplace_back(now, event);
    while (!recent_.empty() && recent_.front().first < now - recentMilliseconds)
        recent_.pop_front();
}

void Project::drain()
{
    if (!worker_)
        return;
    const int run = worker_->run();
    const bool finished = worker_->isFinished();
    std::vector<RunEvent> events = worker_->takeEvents();
    const RunSummary *known = summaryOf(run);
    bool changed = finished;
    for (RunEvent &event : events) {
        if (auto *state = std::get_if<StateEvent>(&event)) {
            changed = true;
            // A run that fails before it is prepared does not know how far it should have gone.
            if (state->totalSteps == 0 && known)
                state->totalSteps = known->totalSteps;
        }
        takeIn(run, event);
    }
    live_.secondsLeft = double(std::max<std::int64_t>(0, live_.total - live_.step)) * live_.msPerStep / 1000;
    remember(events);
    if (!events.empty())
        if (const auto it = data_.find(run); it != data_.end())
            it->second->append(events);
    if (finished) {
        worker_.reset();
        if (known && known->state == RunState::failed)
            Q_EMIT runFailed(run, QString::fromStdString(known->message));
        if (queue_.empty())
            drainTimer_.stop();
        startNext();
    }
    if (changed)
        Q_EMIT runsChanged();
}

} // namespace concord
