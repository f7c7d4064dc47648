#pragma once

#include "core/graph/block.h"
#include "core/graph/task_graph.h"

#include <memory>
#include <vector>

namespace concord {

/// The node's block with its parameters set, and what was wrong with them; null for an unknown type.
std::unique_ptr<Block> makeBlock(const Node &node, std::vector<ParamProblem> *problems = nullptr);

/// Sets one parameter, and forgets those that only existed by the old value (a balance method's own after a change of method).
/// Throws Error when the block refuses it; a node of an unknown type takes anything.
void setNodeParam(Node &node, const std::string &name, const ParamValue &value);

} // namespace concord
