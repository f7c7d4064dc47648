#pragma once

#include "core/graph/experiment.h"

namespace concord {

/// The baseline of one task: what its loss reaches of the graph, balanced by `equal`; the plan stays, so that both see the same
/// data in the same order. Throws Error naming the tasks when there is no such task.
Experiment singleTask(const Experiment &experiment, const std::string &task);

} // namespace concord
