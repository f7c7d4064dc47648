#pragma once

#include "core/session/procedure.h"

#include <QElapsedTimer>
#include <QString>
#include <QStringList>

namespace concord {

/// How far the project's procedure is, as the window sees it.
struct ProcedureProgress
{
    enum class Phase { none, waiting, running, stopping, over };   ///< waiting: for the run that trains

    Phase phase = Phase::none;
    ProcedureOrder order = {};
    QString title = {};
    std::int64_t done = 0;      ///< of its parts
    std::int64_t total = 0;     ///< 0: not known yet
    int run = 0;                ///< that it trains now; 0: none
    std::int64_t step = 0;      ///< of that run
    std::int64_t steps = 0;
    QStringList said = {};      ///< its words, the newest last
    ProcedureResult result = {};   ///< when it is over

    bool isActive() const { return phase == Phase::waiting || phase == Phase::running || phase == Phase::stopping; }
    double share() const;          ///< of 1
    double secondsLeft() const;    ///< 0: not known yet

    void begin();
    void hear(const RunEvent &event);   ///< what it says of itself
    void train(int now, std::int64_t at, std::int64_t of);

    /// One sentence on how it ended, for people.
    QString endSentence() const;

private:
    QElapsedTimer clock_;          ///< since something was trained: what is finished already goes by in no time
    double shareAtClock_ = 0;
};

/// An order that waits.
ProcedureProgress waitingProcedure(const ProcedureOrder &order);

} // namespace concord
