// What a training run says: its series, Gramians, states and log.
#include "core/train/training_run.h"

#include "core/probe/conflict_probe.h"
#include "core/probe/layer_probe.h"

#include <algorithm>
#include <cmath>

namespace concord {

/// Values that are not finite are left out: a task without labels in the batch has no loss.
void TrainingRun::scalar(std::string series, double value, std::int64_t step)
{
    if (std::isfinite(value))
        sink_(ScalarEvent{.series = std::move(series), .step = step, .seconds = clock_.seconds(), .value = value});
}

void TrainingRun::log(std::string text, LogEvent::Level level)
{
    sink_(LogEvent{.level = level, .step = progress_.step, .text = std::move(text)});
}

void TrainingRun::tellState(RunState state, std::string message)
{
    stateTold_ = std::chrono::steady_clock::now();
    sink_(StateEvent{.state = state, .step = progress_.step, .totalSteps = totalSteps_, .message = std::move(message)});
}

void TrainingRun::report(const Learner::Outcome &outcome, std::int64_t index, bool measured)
{
    const StepResult &result = outcome.result;
    for (std::size_t task = 0; task < result.losses.size(); ++task)
        scalar("loss/" + taskName(task), result.losses[task]);

    if (!learner_->engine().method().hasFixedWeights())
        for (std::size_t task = 0; task < result.weights.size(); ++task)
            if (!std::isnan(result.losses[task]))
                scalar("weight/" + taskName(task), result.weights[task]);

    scalar("lr", outcome.learningRate);
    scalar("ms_per_step", meter_.msPerStep());
    scalar("images_per_s", meter_.imagesPerSecond());
    scalar("epoch", double(progress_.epoch) + double(progress_.batch) / double(loader_->batchesPerEpoch()));
    if (learner_->engine().method().needs() != BalanceMethod::Needs::losses)
        scalar("residual", result.residual);
    for (const auto &[node, value] : result.auxiliary)
        scalar("auxiliary/" + node, value);
    if (!result.after.empty())
        for (std::size_t task = 0; task < result.after.size(); ++task)
            scalar("after/" + taskName(task), result.after[task]);
    if (measured || index % std::max<std::int64_t>(plan_.gramianEvery, 1) == 0)
        for (GramianEvent &event : gramianEvents(result, progress_.step))
            sink_(std::move(event));
}

void TrainingRun::reportProbes()
{
    for (ProbeEvent &event : layerProbes(learner_->model(), progress_.step))
        sink_(std::move(event));
}

void TrainingRun::report(const EvaluationResult &result)
{
    for (std::size_t task = 0; task < result.tasks.size(); ++task) {
        const TaskScore &score = result.tasks[task];
        if (!constantsTold_)
            for (const MetricValue &constant : score.constants)
                scalar(fmt::format("baseline/{}/{}", taskName(task), constant.name), constant.value, 0);
        scalar(fmt::format("val/{}/loss", taskName(task)), score.loss);
        for (const MetricValue &metric : score.metrics)
            scalar(fmt::format("val/{}/{}", taskName(task), metric.name), metric.value);
    }
    constantsTold_ = true;
    scalar("val/mean", result.mean());
}

} // namespace concord
