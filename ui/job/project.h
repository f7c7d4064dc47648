#pragma once

#include "core/base/run_control.h"
#include "core/session/session.h"
#include "ui/job/procedure_progress.h"
#include "ui/model/run_data.h"

#include <QObject>
#include <QString>
#include <QThreadPool>
#include <QTimer>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace concord {

class ProcedureWorker;   // ui/job/procedure_worker.h: the thread of one procedure
class RunWorker;         // ui/job/run_worker.h: the thread of one run

/// The open `.concord` project: its runs, the queue, and the one run, or procedure, that trains. All members are for the window's thread;
/// disk reads happen in workers, events of what trains are drained at 30 Hz.
class Project : public QObject
{
    Q_OBJECT

public:
    explicit Project(QObject *parent = nullptr);
    ~Project() override;

    /// Opens (or makes) the file; on failure returns the sentence and keeps the old project.
    QString open(const QString &file, bool create);
    QString file() const { return file_; }
    bool isOpen() const { return store_ != nullptr; }
    QString draft();                                   ///< JSON of the experiment that was being edited
    void saveDraft(const QString &json);               ///< in a worker: the disk may be slow

    const std::vector<RunSummary> &runs() const { return runs_; }   ///< newest last, without deleted ones
    std::vector<RunSummary> deletedRuns() const;
    RunData *data(int run);                            ///< made and loaded (in the background) on first use; null when there is no such run

    // Orders. A refusal or failure comes back as a sentence ("" = done).
    QString start(const Experiment &experiment);       ///< queues a new run; it starts when the device is free
    QString resume(int run, std::int64_t steps = 0);   ///< queues it to go on (steps: total to reach; 0: the plan's)
    void pause(int run);
    void unpause(int run);
    void stop(int run);                                ///< keeps a checkpoint
    void abort(int run);
    void moveInQueue(int run, int by);
    void stopAll();                                    ///< before closing: empties the queue and stops what trains; `runsChanged` tells when

    // A procedure makes and trains runs of its own: those of the queue wait for it, and it for the run that trains. A run of it is paused like
    // any other; stopping it stops the procedure. What did not come to its end is known again when the project is opened.
    QString startProcedure(const ProcedureOrder &order);
    void stopProcedure();                              ///< runs keep checkpoints; the same order goes on from there
    void dismissProcedure();                           ///< forgets one that is over
    const ProcedureProgress &procedure() const { return procedure_; }

    void rename(int run, const QString &name);
    void setDeleted(int run, bool deleted);            ///< kept in the store: undo brings it back
    std::optional<int> running() const;                ///< the run that trains here now, a procedure's too
    const std::deque<int> &queue() const { return queue_; }

    /// Predictions at a step, read in a worker; the newest request wins. `done` is called in the window's thread.
    void requestPredictions(int run, std::int64_t step, QObject *context, std::function<void(std::vector<PredictionEvent>)> done);

    /// Runs a long operation in a worker; `done` gets "" or the error's sentence, in the window's thread.
    void runInBackground(std::function<void()> work, QObject *context, std::function<void(QString)> done);

    /// Facts of the running run for the status bar.
    struct Live
    {
        int run = 0;
        std::int64_t step = 0;
        std::int64_t total = 0;
        double msPerStep = 0;
        double imagesPerSecond = 0;
        double secondsLeft = 0;
    };
    Live live() const;

Q_SIGNALS:
    void opened();
    void runsChanged();              ///< a run came, went, or changed state, progress or name
    void procedureChanged();         ///< it began, went on, ended or was dismissed
    void runFailed(int run, const QString &sentence);
    void message(const QString &sentence);

private:
    void startNext();
    void drain();
    void drainRun();
    void drainProcedure();
    bool give(int run, RunControl::Order order);
    void hearOf(int run, RunEvent &event);     ///< of a procedure's run
    void findUnfinishedProcedure();
    void poll();                     ///< looks for what another process wrote
    void compare(std::vector<RunSummary> fresh);
    void reload();
    void takeIn(int run, const RunEvent &event);
    void complete(int run, RunEvent &event) const;
    void remember(int run, const std::vector<RunEvent> &events);
    std::vector<RunEvent> recentOf(int run) const;
    bool isOurs(int run) const;      ///< in the queue or training here
    RunSummary *summaryOf(int run);
    void loadData(int run);
    void loadMore(int run);
    template<class Result>
    void inPool(QThreadPool &pool, std::function<Result()> work, std::function<void(Result)> done);

    QString file_;
    std::unique_ptr<RunStore> store_;
    std::vector<RunSummary> runs_;
    std::map<int, std::unique_ptr<RunData>> data_;
    std::deque<int> queue_;
    std::map<int, std::int64_t> targetSteps_;
    QTimer drainTimer_;
    QTimer pollTimer_;
    Live live_;
    struct Recent
    {
        std::int64_t time;
        int run;
        RunEvent event;
    };
    std::deque<Recent> recent_;           ///< what was said of late by what trains: the store may not have it yet
    ProcedureProgress procedure_;
    std::map<int, StateEvent> told_;      ///< what the procedure last said of its runs
    QString lastWrite_;                   ///< time and size of the files at the last poll
    bool polling_ = false;
    std::uint64_t revision_ = 0;          ///< of `runs_`: what was read before our own change is out of date
    std::atomic<std::uint64_t> predictionRequest_ = 0;
    QThreadPool pool_;                    ///< one thread each: reads of the store and the draft, in order,
    QThreadPool predictionPool_;          ///< predictions, newest wins,
    QThreadPool workPool_;                ///< exports and reports
    std::unique_ptr<RunWorker> worker_;   ///< last two, of which one is there: stopped and joined first
    std::unique_ptr<ProcedureWorker> procedureWorker_;
};

} // namespace concord
