// The part of Project that follows a procedure and its runs.
#include "ui/job/project.h"

#include "ui/job/procedure_worker.h"

namespace concord {

namespace {

bool isAtIt(RunState state)
{
    return state == RunState::running || state == RunState::paused;
}

} // namespace

QString Project::startProcedure(const ProcedureOrder &order)
{
    if (!store_)
        return tr("Open or make a project first.");
    if (procedure_.isActive())
        return tr("“%1” is going on: stop it first, or wait for its end.").arg(procedure_.title);
    procedure_ = waitingProcedure(order);
    startNext();
    Q_EMIT procedureChanged();
    return {};
}

void Project::stopProcedure()
{
    if (procedure_.phase == ProcedureProgress::Phase::waiting) {
        procedure_.phase = ProcedureProgress::Phase::over;
        procedure_.result = {.state = RunState::stopped};
    } else if (procedureWorker_) {
        procedure_.phase = ProcedureProgress::Phase::stopping;
        procedureWorker_->control().give(RunControl::Order::stop);
    } else {
        return;
    }
    Q_EMIT procedureChanged();
}

void Project::dismissProcedure()
{
    if (procedure_.phase != ProcedureProgress::Phase::over)
        return;
    procedure_ = {};
    workPool_.start([file = file_.toStdString()] { forgetProcedure(file); });
    Q_EMIT procedureChanged();
}

/// One that an earlier window, or one that was killed, did not bring to its end.
void Project::findUnfinishedProcedure()
{
    auto found = std::make_shared<std::optional<ProcedureOrder>>();
    runInBackground([found, file = file_.toStdString()] { *found = unfinishedProcedure(file); }, this, [this, found, file = file_](const QString &) {
        if (file != file_ || !*found || procedure_.phase != ProcedureProgress::Phase::none)
            return;
        procedure_ = waitingProcedure(**found);
        procedure_.phase = ProcedureProgress::Phase::over;
        procedure_.result = {.state = RunState::interrupted};
        Q_EMIT procedureChanged();
    });
}

void Project::hearOf(int run, RunEvent &event)
{
    complete(run, event);
    // Several runs may train together: one of them stays in the status bar until it is over.
    if (live_.run != run && (!told_.contains(live_.run) || !isAtIt(told_[live_.run].state)))
        live_ = {.run = run};
    if (const auto *state = std::get_if<StateEvent>(&event)) {
        const auto before = told_.find(run);
        if (state->state == RunState::failed && (before == told_.end() || before->second.state != RunState::failed))
            Q_EMIT runFailed(run, QString::fromStdString(state->message));
        told_[run] = *state;
    } else if (!told_.contains(run)) {
        told_[run] = {.state = RunState::running};
    }
    takeIn(run, event);
}

void Project::drainProcedure()
{
    const bool finished = procedureWorker_->isFinished();
    std::vector<ProcedureEvent> said = procedureWorker_->takeEvents();
    bool changed = finished;
    std::map<int, std::vector<RunEvent>> byRun;
    for (ProcedureEvent &each : said) {
        if (each.run == 0) {
            procedure_.hear(each.event);
            continue;
        }
        const bool isNew = !told_.contains(each.run);
        changed = changed || isNew || std::holds_alternative<StateEvent>(each.event);
        hearOf(each.run, each.event);
        if (isNew && !summaryOf(each.run)) {
            lastWrite_.clear();   // it was made a moment ago, in the procedure's thread
            poll();
        }
        byRun[each.run].push_back(std::move(each.event));
    }
    for (const auto &[run, events] : byRun) {
        remember(run, events);
        if (const auto it = data_.find(run); it != data_.end())
            it->second->append(events);
    }
    // The store is behind what was said: a run that has just been read may still be queued there.
    for (const auto &[run, state] : told_)
        if (RunSummary *summary = summaryOf(run); summary && summary->state != state.state) {
            summary->state = state.state;
            summary->message = state.message;
            changed = true;
        }
    const bool trains = told_.contains(live_.run) && isAtIt(told_[live_.run].state);
    procedure_.train(trains ? live_.run : 0, trains ? live_.step : 0, trains ? live_.total : 0);
    if (finished) {
        procedure_.result = procedureWorker_->result();
        procedure_.phase = ProcedureProgress::Phase::over;
        procedureWorker_.reset();
        told_.clear();
        ++revision_;
        lastWrite_.clear();
        startNext();
    }
    if (changed)
        Q_EMIT runsChanged();
    if (!said.empty() || finished)
        Q_EMIT procedureChanged();
}

} // namespace concord
