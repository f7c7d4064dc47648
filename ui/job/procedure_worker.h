#pragma once

#include "core/session/procedure.h"
#include "ui/job/procedure_record.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace concord {

/// The thread of one procedure. What it says waits in a queue that the window's thread drains; destroying it stops (runs keep checkpoints) and
/// joins. The project remembers the order until it has come to its end.
class ProcedureWorker
{
public:
    ProcedureWorker(const std::filesystem::path &project, const ProcedureOrder &order)
        : thread_([this, project, order] { work(project, order); })
    {
    }

    ~ProcedureWorker() { control_.give(RunControl::Order::stop); }

    RunControl &control() { return control_; }

    /// Read it before `takeEvents`: then the last batch is complete.
    bool isFinished() const { return finished_; }

    std::vector<ProcedureEvent> takeEvents()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(events_, {});
    }

    /// Once it is finished.
    const ProcedureResult &result() const { return result_; }

private:
    void work(const std::filesystem::path &project, const ProcedureOrder &order)
    {
        try {
            rememberProcedure(project, order);
        } catch (const std::exception &error) {
            add({.event = LogEvent{.level = LogEvent::Level::warning, .text = error.what()}});
        }
        result_ = executeProcedure(project, order, control_, [this](const ProcedureEvent &event) { add(event); });
        if (result_.state == RunState::finished)
            forgetProcedure(project);
        finished_ = true;
    }

    void add(ProcedureEvent event)
    {
        // The views read predictions from the store when they are looked at; here only the step counts.
        if (auto *prediction = std::get_if<PredictionEvent>(&event.event))
            prediction->data.clear();
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
    }

    RunControl control_;
    std::mutex mutex_;
    std::vector<ProcedureEvent> events_;
    ProcedureResult result_;
    std::atomic<bool> finished_ = false;
    std::jthread thread_;   // last: it uses all of the above
};

} // namespace concord
