#include "core/train/trainer.h"

#include "core/train/training_run.h"

namespace concord {

TrainResult train(const Experiment &experiment, const TrainOptions &options, RunControl &control, const std::function<void(RunEvent)> &sink)
{
    TrainingRun run(experiment, options, control, sink);
    const auto failed = [&run] {
        return TrainResult{.state = RunState::failed, .step = run.step(), .message = failureSentence(std::current_exception(), run.place())};
    };
    TrainResult result;
    try {
        result = run.execute();
    } catch (const Cancelled &) {
        result = {.state = RunState::stopped, .step = run.step(), .message = fmt::format("stopped at step {}", run.step())};
    } catch (...) {
        result = failed();
    }
    // The sink itself may be what failed (a full disk under the project); then the outcome is told by the result alone.
    try {
        if (result.state == RunState::failed)
            sink(LogEvent{.level = LogEvent::Level::error, .step = result.step, .text = result.message});
        sink(StateEvent{.state = result.state, .step = result.step, .totalSteps = run.totalSteps(), .message = result.message});
    } catch (...) {
        if (result.state != RunState::failed)
            result = failed();
    }
    return result;
}

} // namespace concord
