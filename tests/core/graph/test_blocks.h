#pragma once

#include "core/graph/task_graph.h"

#include <string>
#include <vector>

/// Small blocks for the tests of this room, registered as test_data, test_conv, test_head, test_exchange, test_loss, test_balance and
/// test_throws. test_data has a 3×32×32 image and the labels label.seg (5 classes), label.depth (1) and label.tag (3).
namespace concord::test {

Edge edge(const std::string &from, const std::string &to);   ///< "a.out", "b.in"

/// data → enc → head_<task> → loss_<task> → balance for the first `tasks` of seg, depth, tag; without problems but the unused labels.
TaskGraph sampleGraph(int tasks);

} // namespace concord::test
