#pragma once

#include "core/data/loader.h"
#include "core/probe/evaluation.h"
#include "core/probe/prediction_probe.h"
#include "core/probe/throughput.h"
#include "core/train/failure.h"
#include "core/train/further_batches.h"
#include "core/train/learner.h"
#include "core/train/progress.h"
#include "core/train/trainer.h"

#include <chrono>
#include <memory>
#include <string>

namespace concord {

/// One execution of an experiment from its preparation to its last checkpoint, step by step in the caller's thread.
class TrainingRun
{
  public:
    TrainingRun(const Experiment &experiment, const TrainOptions &options, RunControl &control, const std::function<void(RunEvent)> &sink);

    /// Finished or stopped; throws what went wrong.
    TrainResult execute();

    std::int64_t step() const { return progress_.step; }
    std::int64_t totalSteps() const { return totalSteps_; }
    FailurePlace place() const;

  private:
    void prepare();
    void resume();
    void describe();

    /// Waits while paused; false when the run shall end.
    bool goOn();
    bool evaluationDue() const;
    bool checkpointDue() const;
    bool atEpochStart() const { return progress_.batch == 0; }

    void takeStep();
    void report(const Learner::Outcome &outcome, std::int64_t index, bool measured);
    void reportProbes();   ///< of the step's last training batch
    void endEpoch();
    std::int64_t stepsPerEpoch() const { return loader_->batchesPerEpoch() / plan_.accumulate; }

    /// False when it was asked to stop midway; then it is made up for at the resume.
    bool evaluate();
    void report(const EvaluationResult &result);
    void save(const std::string &kind);
    TrainResult finish(RunState state, std::string message);

    void scalar(std::string series, double value, std::int64_t step);
    void scalar(std::string series, double value) { scalar(std::move(series), value, progress_.step); }
    void log(std::string text, LogEvent::Level level = LogEvent::Level::info);
    void tellState(RunState state, std::string message = {});
    const std::string &taskName(std::size_t task) { return learner_->model().tasks()[task].info.name; }

    const Experiment &experiment_;
    const Plan &plan_;
    const TrainOptions &options_;
    RunControl &control_;
    const std::function<void(RunEvent)> &sink_;

    std::string contentId_;
    Analysis analysis_;
    std::shared_ptr<const Dataset> training_;
    std::shared_ptr<const Dataset> validation_;
    std::unique_ptr<Learner> learner_;
    std::unique_ptr<Loader> loader_;
    std::unique_ptr<FurtherBatches> further_; ///< for methods that look ahead
    std::unique_ptr<Evaluation> evaluation_; ///< null without validation samples
    std::unique_ptr<PredictionProbe> predictions_;
    Progress progress_;
    std::int64_t totalSteps_ = 0;
    std::int64_t scheduleSteps_ = 0; ///< what the schedule spans: the plan's steps, or more when the run is extended
    int threads_ = 1;
    bool prepared_ = false;
    bool stepping_ = false; ///< a step is being made
    bool constantsTold_ = false;
    std::int64_t savedAt_ = -1;
    TrainingClock clock_;
    ThroughputMeter meter_;
    std::chrono::steady_clock::time_point stateTold_;
};

} // namespace concord
