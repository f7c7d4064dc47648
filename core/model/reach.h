#pragma once

#include "core/model/model.h"

namespace concord {

/// Which tasks each output of each node reaches: [node][output] sorted task indices. Finer than the graph's analysis, which
/// knows nodes only: an input need not influence every output (Layer::connects).
std::vector<std::vector<std::vector<int>>> taskReach(const std::vector<ModelNode> &nodes, const std::vector<ModelTask> &tasks);

/// Sorted, each once.
std::vector<int> mergeTasks(const std::vector<int> &a, const std::vector<int> &b);

} // namespace concord
