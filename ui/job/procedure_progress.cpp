#include "ui/job/procedure_progress.h"

#include <QCoreApplication>

#include <algorithm>

namespace concord {

namespace {

constexpr qsizetype keptLines = 200;

QString progressText(const char *words)
{
    return QCoreApplication::translate("ProcedureProgress", words);
}

} // namespace

ProcedureProgress waitingProcedure(const ProcedureOrder &order)
{
    const auto *entry = ProcedureRegistry::instance().find(order.procedure);
    ProcedureProgress progress;
    progress.phase = ProcedureProgress::Phase::waiting;
    progress.order = order;
    progress.title = QString::fromStdString(entry ? entry->card.title : order.procedure);
    return progress;
}

double ProcedureProgress::share() const
{
    const double part = steps > 0 ? std::min(1.0, double(step) / double(steps)) : 0;
    return total > 0 ? std::min(1.0, (double(done) + part) / double(total)) : 0;
}

double ProcedureProgress::secondsLeft() const
{
    const double gone = share() - shareAtClock_;
    return phase == Phase::running && clock_.isValid() && gone > 0.01 ? double(clock_.elapsed()) / 1000 * (1 - share()) / gone : 0;
}

void ProcedureProgress::begin()
{
    phase = Phase::running;
}

void ProcedureProgress::hear(const RunEvent &event)
{
    if (const auto *state = std::get_if<StateEvent>(&event)) {
        done = state->step;
        total = state->totalSteps;
    } else if (const auto *line = std::get_if<LogEvent>(&event)) {
        said += QString::fromStdString(line->text);
        if (said.size() > keptLines)
            said.removeFirst();
    }
}

void ProcedureProgress::train(int now, std::int64_t at, std::int64_t of)
{
    run = now;
    step = at;
    steps = of;
    if (run > 0 && total > 0 && !clock_.isValid()) {
        clock_.start();
        shareAtClock_ = share();
    }
}

QString ProcedureProgress::endSentence() const
{
    const QString why = QString::fromStdString(result.message);
    if (result.state == RunState::failed)
        return progressText("%1 failed: %2").arg(title, why);
    if (result.state != RunState::finished)
        return total > 0 ? progressText("%1 stopped after %2 of %3; “Go on” continues from there.").arg(title).arg(done).arg(total)
                         : progressText("%1 has not come to its end; “Go on” continues from there.").arg(title);
    const QString runs = result.runs.size() == 1 ? progressText("1 run") : progressText("%1 runs").arg(result.runs.size());
    return result.front.empty() ? progressText("%1 is done: %2.").arg(title, runs)
                                : progressText("%1 is done: %2, front “%3”.").arg(title, runs, QString::fromStdString(result.front));
}

} // namespace concord
