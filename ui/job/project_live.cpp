// The part of Project that follows what trains here.
#include "ui/job/project.h"

#include "ui/job/procedure_worker.h"
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
    if (worker_ || procedureWorker_ || (queue_.empty() && procedure_.phase != ProcedureProgress::Phase::waiting))
        return;
    recent_.clear();
    told_.clear();
    drainTimer_.start();
    const std::filesystem::path project(file_.toStdString());
    if (procedure_.phase == ProcedureProgress::Phase::waiting) {
        live_ = {};
        procedure_.begin();
        procedureWorker_ = std::make_unique<ProcedureWorker>(project, procedure_.order);
        return;
    }
    const int run = queue_.front();
    queue_.pop_front();
    live_ = {.run = run};
    worker_ = std::make_unique<RunWorker>(project, run, targetSteps_[run]);
}

void Project::takeIn(int run, const RunEvent &event)
{
    const bool isLive = run == live_.run;
    if (const auto *state = std::get_if<StateEvent>(&event)) {
        if (isLive) {
            live_.step = std::max(live_.step, state->step);
            live_.total = state->totalSteps;
        }
        if (RunSummary *summary = summaryOf(run)) {
            summary->state = state->state;
            summary->message = state->message;
            summary->step = isLive ? live_.step : state->step;
            summary->totalSteps = state->totalSteps;
        }
    } else if (const auto *scalar = std::get_if<ScalarEvent>(&event); scalar && isLive) {
        if (scalar->series == "ms_per_step")
            live_.msPerStep = live_.msPerStep > 0 ? 0.95 * live_.msPerStep + 0.05 * scalar->value : scalar->value;
        else if (scalar->series == "images_per_s")
            live_.imagesPerSecond = scalar->value;
        live_.step = std::max(live_.step, scalar->step);
    }
    live_.secondsLeft = double(std::max<std::int64_t>(0, live_.total - live_.step)) * live_.msPerStep / 1000;
}

/// A run that ends before it is prepared, or is stepped by others, does not say how far it should have gone.
void Project::complete(int run, RunEvent &event) const
{
    const auto known = std::ranges::find(runs_, run, &RunSummary::number);
    if (auto *state = std::get_if<StateEvent>(&event); state && state->totalSteps == 0 && known != runs_.end())
        state->totalSteps = known->totalSteps;
}

void Project::remember(int run, const std::vector<RunEvent> &events)
{
    const std::int64_t now = QDateTime::currentMSecsSinceEpoch();
    for (const RunEvent &event : events)
        recent_.push_back({now, run, event});
    while (!recent_.empty() && recent_.front().time < now - recentMilliseconds)
        recent_.pop_front();
}

std::vector<RunEvent> Project::recentOf(int run) const
{
    std::vector<RunEvent> events;
    for (const Recent &each : recent_)
        if (each.run == run)
            events.push_back(each.event);
    return events;
}

void Project::drain()
{
    if (worker_)
        drainRun();
    else if (procedureWorker_)
        drainProcedure();
    if (!worker_ && !procedureWorker_)
        drainTimer_.stop();
}

void Project::drainRun()
{
    const int run = worker_->run();
    const bool finished = worker_->isFinished();
    std::vector<RunEvent> events = worker_->takeEvents();
    bool changed = finished;
    for (RunEvent &event : events) {
        changed = changed || std::holds_alternative<StateEvent>(event);
        complete(run, event);
        takeIn(run, event);
    }
    remember(run, events);
    if (!events.empty())
        if (const auto it = data_.find(run); it != data_.end())
            it->second->append(events);
    if (finished) {
        worker_.reset();
        if (const RunSummary *known = summaryOf(run); known && known->state == RunState::failed)
            Q_EMIT runFailed(run, QString::fromStdString(known->message));
        startNext();
    }
    if (changed)
        Q_EMIT runsChanged();
}

} // namespace concord
