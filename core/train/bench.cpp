// Times the step of a run, without loading, probes and events.
#include "core/train/trainer.h"

#include "core/data/loader.h"
#include "core/tensor/threads.h"
#include "core/train/learner.h"

#include <algorithm>
#include <chrono>

namespace concord {

BenchResult bench(const Experiment &experiment, std::int64_t steps)
{
    constexpr std::int64_t warmUp = 2;
    constexpr std::int64_t batchesMade = 4;
    if (steps < 1)
        throw Error("bench: expected at least 1 step, found {}", steps);
    const Plan &plan = experiment.plan;
    const int threads = setThreads(int(plan.threads));
    const Analysis analysis = analyse(experiment.graph);
    const auto training = requireDataNode(analysis).open(Split::train, std::uint64_t(plan.seed));
    Learner learner(plan, experiment.graph, analysis, training->info());
    Loader loader(training, {.batch = plan.batch, .seed = std::uint64_t(plan.seed), .threads = 0});
    std::vector<DeviceBatch> batches;
    for (std::int64_t i = 0; i < std::min(batchesMade, loader.batchesPerEpoch()); ++i)
        batches.push_back(toDevice(loader.next(), training->info(), learner.model(), plan.channelsLast));

    std::vector<double> times;
    for (std::int64_t step = 0; step < warmUp + steps; ++step) {
        const auto began = std::chrono::steady_clock::now();
        learner.step(batches[std::size_t(step) % batches.size()], step, 0, warmUp + steps, false);
        // Reading one number waits for a device that works ahead of us.
        if (learner.model().device().is_cuda())
            learner.model().parameters().front().value.detach().flatten()[0].item<float>();
        if (step >= warmUp)
            times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    }
    std::ranges::sort(times);
    const std::size_t middle = times.size() / 2;
    const auto balance = std::dynamic_pointer_cast<const BalanceBlock>(analysis.nodes.at(analysis.balanceNode).block);
    return {
        .msPerStep = times.size() % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2,
        .steps = steps,
        .threads = threads,
        .precision = plan.precision,
        .balance = balance->method,
        .enginePlan = learner.engine().plan(),
    };
}

} // namespace concord
