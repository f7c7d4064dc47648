#include "ui/graph/graph_walk.h"

#include <cmath>
#include <limits>
#include <set>

namespace concord {

QString nextNode(const TaskGraph &graph, const QString &current, Direction direction)
{
    const Node *here = graph.find(current.toStdString());
    if (!here)
        return graph.nodes.empty() ? QString() : QString::fromStdString(graph.nodes.front().id);

    const bool along = direction == Direction::left || direction == Direction::right;
    std::set<std::string> linked;
    for (const Edge &edge : graph.edges) {
        if (direction == Direction::right && edge.from.node == here->id)
            linked.insert(edge.to.node);
        if (direction == Direction::left && edge.to.node == here->id)
            linked.insert(edge.from.node);
    }
    const Node *best = nullptr;
    double bestCost = std::numeric_limits<double>::infinity();
    for (const Node &node : graph.nodes) {
        if (&node == here || (along && !linked.contains(node.id)))
            continue;
        const double dx = std::abs(node.x - here->x);
        const double dy = node.y - here->y;
        if ((direction == Direction::up && dy >= 0) || (direction == Direction::down && dy <= 0))
            continue;
        // Of the linked ones the near column first: a label's far link is not the way that the network goes.
        const double cost = along ? dx + 2 * std::abs(dy) : std::abs(dy) + 3 * dx;
        if (cost < bestCost) {
            best = &node;
            bestCost = cost;
        }
    }
    return best ? QString::fromStdString(best->id) : QString();
}

} // namespace concord
