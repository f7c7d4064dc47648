#pragma once

#include "tests/core/session/tiny_run.h"

namespace concord::test {

/// The tiny project's experiment, without an evaluation on the way.
inline Experiment quickExperiment(std::int64_t steps = 4)
{
    Experiment result = TinyProject::experiment(steps);
    result.name = "quick";
    result.plan.evaluateEvery = Plan().evaluateEvery;
    return result;
}

} // namespace concord::test
