#pragma once

#include "core/graph/experiment.h"
#include "core/session/session.h"
#include "ui/job/project.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <optional>
#include <string>

namespace concord::test {

/// Three tasks on 32 × 32 scenes with a few channels: a step takes some ten milliseconds.
inline Experiment tinyExperiment(std::int64_t steps)
{
    Experiment experiment = loadExperiment(CONCORD_SOURCE_DIR "/resources/examples/1_scenes_three_tasks.json");
    experiment.name = "tiny";
    for (const std::string assignment :
         {"node.data.size=32", "node.data.train=48", "node.data.validation=8", "node.data.test=8", "node.stem.channels=4,6,8", "node.trunk.blocks=1",
          "node.trunk.channels=8", "node.segmentation_decoder.channels=4", "node.depth_decoder.channels=4", "node.normals_decoder.channels=4",
          "plan.batch=4", "plan.evaluateEvery=4", "plan.probeBatch=2", "plan.conflictEvery=2", "plan.warmupSteps=0", "plan.threads=1"})
        setPath(experiment, assignment);
    experiment.plan.steps = steps;
    return experiment;
}

/// The same, but far from its end when a test has seen enough.
inline Experiment endlessExperiment()
{
    return tinyExperiment(100000);
}

inline const RunSummary *findRun(const Project &project, int run)
{
    const auto it = std::ranges::find(project.runs(), run, &RunSummary::number);
    return it == project.runs().end() ? nullptr : &*it;
}

inline std::optional<RunState> stateOf(const Project &project, int run)
{
    const RunSummary *summary = findRun(project, run);
    return summary ? std::optional(summary->state) : std::nullopt;
}

inline bool waitForState(const Project &project, int run, RunState state)
{
    return QTest::qWaitFor([&] { return stateOf(project, run) == state; }, 60000);
}

/// Trained at least this far, and still at it.
inline bool waitForStep(const Project &project, int run, std::int64_t step)
{
    return QTest::qWaitFor([&] { return project.live().run == run && project.live().step >= step; }, 60000);
}

} // namespace concord::test
