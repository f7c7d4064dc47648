#pragma once

#include "core/graph/task_graph.h"

#include <QString>

namespace concord {

enum class Direction { left, right, up, down };

/// Where an arrow key leads from `current`: left and right follow the links (of several, the one nearest in height), up and down
/// go to the nearest node above or below. "" when nothing lies there; the first node when `current` is not in the graph.
QString nextNode(const TaskGraph &graph, const QString &current, Direction direction);

} // namespace concord
