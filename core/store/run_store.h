#pragma once

#include "core/store/front.h"
#include "core/store/run_event.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace concord {

struct RunSummary
{
    int number = 0;                ///< from 1
    std::string name = {};
    RunState state = RunState::queued;
    std::string message = {};
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    std::string experiment = {};   ///< its JSON document
    std::string contentId = {};
    std::string tasks = {};        ///< JSON array of tasks: [{"name","kind","classes","classNames","unit"}]
    std::string environment = {};  ///< JSON: versions, device, threads, seed, flags
    std::string created = {};      ///< ISO 8601, UTC
    double seconds = 0;            ///< training time
    bool deleted = false;
    std::string tags = {};
};

struct Series
{
    std::vector<std::int64_t> steps = {};
    std::vector<double> seconds = {};
    std::vector<double> values = {};
};

/// Per bucket of steps: smallest and largest value, so that no spike is lost.
struct SeriesSummary
{
    std::vector<std::int64_t> steps = {};   ///< first step of each bucket
    std::vector<double> low = {};
    std::vector<double> high = {};
};

/// One `.concord` project: SQLite in WAL mode. An object is for one thread; open several for several threads or processes.
/// Nothing else in the process may open, copy or hash the file while a RunStore has it: closing any other descriptor of it
/// drops SQLite's locks. Throws Error with a sentence for: not a database, another application's, a newer version, truncated, read-only folder, disk full.
class RunStore
{
public:
    enum class Mode { read, write, create };   ///< create: makes the file when it is not there

    RunStore(std::filesystem::path file, Mode mode);
    ~RunStore();
    RunStore(RunStore &&) noexcept;

    const std::filesystem::path &file() const;
    std::filesystem::path folder() const;   ///< "<stem>.files" beside the project, for checkpoints

    /// The experiment being edited, so that a project opens where it was left. "" when there is none.
    void saveDraft(const std::string &json);
    std::string draft() const;

    int createRun(const RunSummary &run);   ///< number is given by the store
    std::vector<RunSummary> runs(bool withDeleted = false) const;
    RunSummary run(int number) const;       ///< throws Error naming the runs there are
    void renameRun(int number, const std::string &name);
    void setDeleted(int number, bool deleted);
    void setEnvironment(int number, const std::string &json);

    /// Marks runs whose process is gone as interrupted; a live one renews its mark with `heartbeat`.
    void recoverInterrupted();
    void heartbeat(int number);

    /// One transaction. StateEvents update the run; a step written twice (after a resume) is replaced.
    void append(int number, std::span<const RunEvent> events);

    /// Forgets series, Gramians, probes and predictions after `step`, before a resume continues from there.
    void truncateAfter(int number, std::int64_t step);

    std::vector<std::string> seriesNames(int number) const;
    Series series(int number, const std::string &name, std::int64_t afterStep = -1) const;
    SeriesSummary summary(int number, const std::string &name, int buckets, std::int64_t from = 0, std::int64_t to = INT64_MAX) const;

    std::vector<std::string> gramianBlocks(int number) const;                                            ///< "" first
    std::vector<GramianEvent> gramians(int number, const std::string &block, std::int64_t afterStep = -1) const;

    /// All of a run after a step, probe by probe, each in the order of steps.
    std::vector<ProbeEvent> probes(int number, std::int64_t afterStep = -1) const;

    std::vector<std::int64_t> predictionSteps(int number) const;
    std::vector<PredictionEvent> predictions(int number, std::int64_t step) const;

    std::vector<LogEvent> log(int number) const;
    std::vector<CheckpointEvent> checkpoints(int number) const;              ///< newest last
    std::optional<CheckpointEvent> checkpoint(int number, const std::string &kind) const;

    /// Takes the place of the front of that name, where there is one.
    void saveFront(const Front &front);
    std::vector<Front> fronts() const;                   ///< in the order in which they came
    Front front(const std::string &name) const;          ///< throws Error naming the fronts there are
    void removeFront(const std::string &name);           ///< its runs stay

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace concord
