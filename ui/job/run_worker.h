#pragma once

#include "core/base/run_control.h"
#include "core/session/session.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace concord {

/// The thread of one run. Its events wait in a queue that the window's thread drains; destroying it stops (keeping a checkpoint) and joins.
class RunWorker
{
public:
    RunWorker(const std::filesystem::path &project, int run, std::int64_t steps)
        : run_(run)
        , thread_([this, project, run, steps] { work(project, run, steps); })
    {
    }

    ~RunWorker() { control_.give(RunControl::Order::stop); }

    int run() const { return run_; }
    RunControl &control() { return control_; }

    /// Read it before `takeEvents`: then the last batch is complete.
    bool isFinished() const { return finished_; }

    std::vector<RunEvent> takeEvents()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(events_, {});
    }

private:
    void work(const std::filesystem::path &project, int run, std::int64_t steps)
    {
        const StateEvent outcome = executeRun(project, run, {.steps = steps}, control_, [this](const RunEvent &event) { add(event); });
        isOver_ = true;
        add(outcome);
        finished_ = true;
    }

    void add(const RunEvent &event)
    {
        // How it ended is told when everything is on disk and the project can be used for the next thing.
        if (const auto *state = std::get_if<StateEvent>(&event); state && !isOver_ && state->state != RunState::running && state->state != RunState::paused)
            return;
        RunEvent copy = event;
        // The views read predictions from the store when they are looked at; here only the step counts.
        if (auto *prediction = std::get_if<PredictionEvent>(&copy))
            prediction->data.clear();
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(copy));
    }

    int run_;
    RunControl control_;
    std::mutex mutex_;
    std::vector<RunEvent> events_;
    std::atomic<bool> finished_ = false;
    bool isOver_ = false;   // the worker thread's own
    std::jthread thread_;   // last: it uses all of the above
};

} // namespace concord
