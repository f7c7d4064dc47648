#pragma once

#include "core/graph/task_graph.h"

#include <set>
#include <string>

namespace concord {

/// `graph` with a recipe's blocks under free ids, beside what is there; the new ids in `ids`. The recipe reads the graph's data node when
/// it was made for it (its own has the same id and type), and its losses go to the graph's balance node when there is one. Losses of
/// tasks that the graph has already stay unlinked: a label trains one task.
TaskGraph withRecipe(const TaskGraph &graph, const TaskGraph &recipe, std::set<std::string> *ids);

} // namespace concord
