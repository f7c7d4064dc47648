#include "core/train/training_run.h"

#include "core/base/text.h"
#include "core/tensor/threads.h"
#include "core/train/checkpoint.h"

#include <algorithm>
#include <cmath>

namespace concord {

TrainingRun::TrainingRun(const Experiment &experiment, const TrainOptions &options, RunControl &control, const std::function<void(RunEvent)> &sink)
    : experiment_(experiment)
    , plan_(experiment.plan)
    , options_(options)
    , control_(control)
    , sink_(sink)
{
}

FailurePlace TrainingRun::place() const
{
    return {.step = prepared_ ? progress_.step + stepping_ : 0, .batch = plan_.batch, .device = plan_.device};
}

TrainResult TrainingRun::execute()
{
    prepare();
    if (!options_.resumeFrom.empty())
        resume();
    prepared_ = true;
    clock_.start(progress_.seconds);
    tellState(RunState::running);
    describe();

    // A stop may have come between a step and the evaluation or checkpoint that was due after it.
    bool pending = progress_.step > 0;
    while (true) {
        if (pending) {
            const bool early = evaluationDue() && plan_.patience > 0;
            if (evaluationDue() && !evaluate())
                break;
            if (checkpointDue())
                save("last");
            if (early && progress_.best.value && progress_.best.waited >= plan_.patience && progress_.step < totalSteps_)
                return finish(RunState::finished, fmt::format("stopped early at step {}: {} evaluations without a better mean than at step {}", progress_.step,
                                                              progress_.best.waited, progress_.best.step));
        }
        pending = true;
        if (progress_.step >= totalSteps_)
            return finish(RunState::finished, {});
        if (!goOn())
            break;
        takeStep();
    }
    const bool keep = control_.order() != RunControl::Order::abort;
    return finish(RunState::stopped, fmt::format("{} at step {}", keep ? "stopped" : "aborted", progress_.step));
}

void TrainingRun::prepare()
{
    log("preparing: opening the data, building the model");
    threads_ = setThreads(int(plan_.threads));
    contentId_ = contentId(experiment_);
    analysis_ = analyse(experiment_.graph);
    const DataBlock &data = requireDataNode(analysis_);
    const auto seed = std::uint64_t(plan_.seed);
    training_ = data.open(Split::train, seed);
    if (training_->size() == 0)
        throw Error("data node '{}': expected training samples, found none", analysis_.dataNode);
    validation_ = data.open(Split::validation, seed);
    learner_ = std::make_unique<Learner>(plan_, experiment_.graph, analysis_, training_->info());

    LoaderOptions options{.batch = plan_.batch, .seed = seed, .threads = int(plan_.loaderThreads)};
    options.flip = plan_.flip;
    options.cropScale = plan_.cropScale;
    loader_ = std::make_unique<Loader>(training_, options);
    if (validation_ && validation_->size() > 0) {
        evaluation_ = std::make_unique<Evaluation>(learner_->model(), validation_, options, plan_.channelsLast);
        predictions_ = std::make_unique<PredictionProbe>(learner_->model(), *validation_, plan_.probeBatch, plan_.channelsLast);
    }
    if (plan_.accumulate > loader_->batchesPerEpoch())
        throw Error("plan.accumulate: expected at most the {} batches of an epoch, found {}", loader_->batchesPerEpoch(), plan_.accumulate);
    if (learner_->engine().method().needs() == BalanceMethod::Needs::lookAhead) {
        further_ = std::make_unique<FurtherBatches>(learner_->model(), training_, validation_, options, plan_.channelsLast);
        learner_->engine().setBatchSource([this](LookAhead::Batch kind, int draw, std::int64_t step) { return further_->get(kind, draw, step); });
    }
    const std::int64_t planned = plan_.steps > 0 ? plan_.steps : plan_.epochs * stepsPerEpoch();
    totalSteps_ = options_.steps > 0 ? options_.steps : planned;
    scheduleSteps_ = std::max(planned, totalSteps_);
    progress_.start(learner_->model().tasks().size());
}

void TrainingRun::resume()
{
    progress_ = loadCheckpoint(options_.resumeFrom, *learner_, contentId_);
    if (progress_.batch >= loader_->batchesPerEpoch()) {
        log(fmt::format("the training set became smaller: expected more than {} batches an epoch, found {}; going on with the next epoch", progress_.batch,
                        loader_->batchesPerEpoch()),
            LogEvent::Level::warning);
        ++progress_.epoch;
        progress_.batch = 0;
    }
    loader_->seek(progress_.epoch, progress_.batch);
    savedAt_ = progress_.step;
    log(fmt::format("resumed from {} at step {}", options_.resumeFrom.filename().string(), progress_.step));
}

void TrainingRun::describe()
{
    std::int64_t parameters = 0;
    std::int64_t shared = 0;
    for (const ModelParameter &parameter : learner_->model().parameters()) {
        parameters += parameter.value.numel();
        shared += parameter.tasks.size() > 1 ? parameter.value.numel() : 0;
    }
    log(fmt::format("device {}, {} threads, {}{}", learner_->model().device().str(), threads_, plan_.precision, plan_.channelsLast ? ", channels last" : ""));
    log(fmt::format("{} parameters, {} of them shared by tasks", shortCount(double(parameters)), shortCount(double(shared))));
    log(fmt::format("{} training and {} validation samples, {} batches of {} in an epoch, {} steps", training_->size(), validation_ ? validation_->size() : 0,
                    loader_->batchesPerEpoch(), plan_.batch, totalSteps_));
    log("gradients: " + learner_->engine().plan());
    if (!evaluation_)
        log("no validation samples: nothing will be evaluated and there will be no best checkpoint", LogEvent::Level::warning);
    if (options_.checkpointFolder.empty())
        log("no folder for checkpoints: the run cannot be resumed", LogEvent::Level::warning);
}

bool TrainingRun::goOn()
{
    if (control_.order() == RunControl::Order::pause) {
        clock_.pause();
        log("paused");
        tellState(RunState::paused);
        control_.waitWhilePaused();
        clock_.start(clock_.seconds());
        if (control_.order() == RunControl::Order::run)
            tellState(RunState::running);
    }
    return control_.order() == RunControl::Order::run;
}

bool TrainingRun::evaluationDue() const
{
    if (!evaluation_ || progress_.evaluatedAt == progress_.step)
        return false;
    if (progress_.step >= totalSteps_)
        return true;
    return plan_.evaluateEvery > 0 ? progress_.step % plan_.evaluateEvery == 0 : atEpochStart();
}

bool TrainingRun::checkpointDue() const
{
    if (savedAt_ == progress_.step)
        return false;
    if (plan_.checkpointEvery > 0)
        return progress_.step % plan_.checkpointEvery == 0;
    return evaluation_ ? progress_.evaluatedAt == progress_.step : atEpochStart();
}

void TrainingRun::takeStep()
{
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t index = progress_.step;
    stepping_ = true;
    std::vector<DeviceBatch> batches;
    std::int64_t samples = 0;
    for (std::int64_t i = 0; i < plan_.accumulate; ++i) {
        batches.push_back(toDevice(loader_->next(), training_->info(), learner_->model(), plan_.channelsLast));
        samples += batches.back().size;
    }
    const bool measure = plan_.conflictEvery > 0 && index % plan_.conflictEvery == 0;
    const Learner::Outcome outcome = learner_->step(batches, index, progress_.epoch, scheduleSteps_, measure);
    meter_.add(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), samples);

    stepping_ = false;
    ++progress_.step;
    progress_.batch += plan_.accumulate;
    for (std::size_t task = 0; task < outcome.result.losses.size(); ++task) {
        if (std::isnan(outcome.result.losses[task]))
            continue;
        progress_.lossSums[task] += outcome.result.losses[task];
        ++progress_.lossCounts[task];
    }
    report(outcome, index, measure);
    // What is left of an epoch and too little for an update is left out.
    if (progress_.batch + plan_.accumulate > loader_->batchesPerEpoch()) {
        endEpoch();
        if (loader_->batchesPerEpoch() % plan_.accumulate != 0)
            loader_->seek(progress_.epoch, 0);
    }
    // Before an evaluation, whose batches go through the same layers.
    if (measure || evaluationDue())
        reportProbes();
    if (std::chrono::steady_clock::now() - stateTold_ > std::chrono::milliseconds(200))
        tellState(RunState::running);
}

/// A task that had no labels in the whole epoch counts with its last known mean, or the others' mean when it never had any:
/// methods take ratios of these numbers.
void TrainingRun::endEpoch()
{
    std::vector<double> means(progress_.lossSums.size(), std::nan(""));
    double sum = 0;
    int known = 0;
    for (std::size_t task = 0; task < means.size(); ++task) {
        if (progress_.lossCounts[task] > 0)
            means[task] = progress_.lossSums[task] / double(progress_.lossCounts[task]);
        else if (!progress_.lastMeans.empty())
            means[task] = progress_.lastMeans[task];
        if (!std::isnan(means[task])) {
            sum += means[task];
            ++known;
        }
    }
    for (double &mean : means)
        if (std::isnan(mean))
            mean = known > 0 ? sum / known : 0;
    learner_->engine().method().epochEnded(means);
    progress_.lastMeans = means;
    progress_.start(means.size());
    ++progress_.epoch;
    progress_.batch = 0;
}

bool TrainingRun::evaluate()
{
    const std::optional<EvaluationResult> result = evaluation_->run([this] { return goOn(); });
    if (!result)
        return false;
    progress_.evaluatedAt = progress_.step;
    savedAt_ = -1; // what was saved at this step does not know of the evaluation
    report(*result);
    for (PredictionEvent &event : predictions_->measure(progress_.step))
        sink_(std::move(event));
    const double mean = result->mean();
    if (!progress_.best.offer(mean, progress_.step))
        return true;
    log(fmt::format("best so far: {:+.1f} % better than constant predictors (geometric mean of the tasks)", mean));
    save("best");
    return true;
}

void TrainingRun::save(const std::string &kind)
{
    if (options_.checkpointFolder.empty())
        return;
    progress_.seconds = clock_.seconds();
    const std::string file = options_.checkpointPrefix + kind + ".safetensors";
    std::string digest = saveCheckpoint(options_.checkpointFolder / file, *learner_, progress_, contentId_);
    sink_(CheckpointEvent{.step = progress_.step, .kind = kind, .file = file, .sha256 = std::move(digest)});
    if (kind == "last")
        savedAt_ = progress_.step;
}

TrainResult TrainingRun::finish(RunState state, std::string message)
{
    if (control_.order() != RunControl::Order::abort && savedAt_ != progress_.step)
        save("last");
    clock_.pause();
    if (!message.empty())
        log(message);
    return {.state = state, .step = progress_.step, .message = std::move(message)};
}

} // namespace concord
