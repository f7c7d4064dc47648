#pragma once

#include "core/graph/tensor_type.h"
#include "core/store/run_store.h"

#include <QHash>
#include <QObject>
#include <QString>
#include <QStringList>

#include <map>
#include <span>
#include <vector>

namespace concord {

/// One run as the views see it: filled from the store once, then grown by live events. No widgets, no disk: the project feeds it.
/// Steps rise within each series; an event for a step that is already there (after a resume) cuts the series back to it.
class RunData : public QObject
{
    Q_OBJECT

public:
    explicit RunData(int number, QObject *parent = nullptr);

    /// What the store holds, read in a worker thread.
    struct Loaded
    {
        RunSummary summary;
        std::map<QString, Series> series;
        std::map<QString, std::vector<GramianEvent>> gramians;   ///< by block
        std::map<std::pair<QString, QString>, std::vector<ProbeEvent>> probes;   ///< by node and name
        std::vector<std::int64_t> predictionSteps;
        std::vector<LogEvent> log;
        std::vector<CheckpointEvent> checkpoints;
    };
    void load(Loaded loaded);
    void append(std::span<const RunEvent> events);   ///< at most 30 times a second; one `grown` per call

    const RunSummary &summary() const { return loaded_.summary; }
    QString title() const;                                          ///< "12 cagrad c=0.4"
    const std::vector<TaskInfo> &tasks() const { return tasks_; }   ///< from the summary's JSON
    QStringList seriesNames() const;
    const Series *series(const QString &name) const;                ///< null when there is none
    QStringList blocks() const;                                     ///< with Gramians; "" (all shared) first
    const std::vector<GramianEvent> &gramians(const QString &block) const;
    const std::map<std::pair<QString, QString>, std::vector<ProbeEvent>> &probes() const { return loaded_.probes; }   ///< none without values
    const std::vector<std::int64_t> &predictionSteps() const { return loaded_.predictionSteps; }
    const std::vector<LogEvent> &log() const { return loaded_.log; }
    bool isActive() const;                                          ///< queued, running or paused

Q_SIGNALS:
    void reset();            ///< loaded anew
    void grown();            ///< series, Gramians, prediction steps or log have more
    void stateChanged();     ///< summary's state, step or message

private:
    Loaded loaded_;
    std::vector<TaskInfo> tasks_;
};

/// Cosine of rows i and j of a Gramian [tasks, tasks]; NaN where a norm is 0.
double cosine(const std::vector<float> &gramian, int tasks, int i, int j);

} // namespace concord
