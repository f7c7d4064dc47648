#include "ui/graph/recipe_insert.h"

#include "core/graph/analysis.h"
#include "ui/graph/graph_edits.h"
#include "ui/graph/graph_groups.h"

#include <QRectF>

#include <algorithm>
#include <cmath>
#include <map>

namespace concord {

namespace {

constexpr double nominalWidth = 144;
constexpr double nominalHeight = 56;
constexpr double gapBelow = 72;

QRectF placeOf(const Node &node)
{
    return {node.x, node.y, nominalWidth, nominalHeight};
}

/// Data on data: in line with it when nothing is in the way, else below everything.
QPointF offsetFor(const TaskGraph &graph, const TaskGraph &recipe, const Node *shared, const QPointF &origin)
{
    if (graph.nodes.empty() || recipe.nodes.empty())
        return {};
    QPointF offset = shared ? QPointF(shared->x, shared->y) - origin : QPointF(graph.nodes.front().x, graph.nodes.front().y) - origin;
    const auto isFree = [&](const Node &node) {
        const QRectF mine = placeOf(node).translated(offset).adjusted(-12, -12, 12, 12);
        return std::ranges::none_of(graph.nodes, [&](const Node &there) { return placeOf(there).intersects(mine); });
    };
    if (std::ranges::all_of(recipe.nodes, isFree))
        return offset;
    const double bottom = std::ranges::max(graph.nodes, {}, &Node::y).y + nominalHeight;
    const double top = std::ranges::min(recipe.nodes, {}, &Node::y).y;
    offset.setY(std::ceil((bottom + gapBelow - top) / 4) * 4);
    return offset;
}

/// The balance node's inputs that are not linked, one after the other.
class FreeLosses
{
public:
    FreeLosses(const TaskGraph &graph, const std::string &balance)
        : balance_(balance)
    {
        for (const Edge &edge : graph.edges)
            if (edge.to.node == balance)
                taken_.insert(edge.to.port);
    }

    PortRef next()
    {
        for (int number = 0;; ++number)
            if (const std::string port = "loss." + std::to_string(number); taken_.insert(port).second)
                return {balance_, port};
    }

private:
    std::string balance_;
    std::set<std::string> taken_;
};

} // namespace

TaskGraph withRecipe(const TaskGraph &graph, const TaskGraph &recipe, std::set<std::string> *ids)
{
    const Analysis there = analyse(graph);
    const Analysis plan = analyse(recipe);
    TaskGraph addition = recipe;
    keepGroupsApart(addition, graph, true);
    const Node *data = recipe.find(plan.dataNode);
    const Node *shared = data ? graph.find(data->id) : nullptr;
    if (shared && shared->type != data->type)
        shared = nullptr;
    const QPointF origin = data ? QPointF(data->x, data->y) : QPointF();
    const bool sharesBalance = !there.balanceNode.empty();
    std::erase_if(addition.nodes, [&](const Node &node) { return (shared && node.id == data->id) || (sharesBalance && node.id == plan.balanceNode); });

    TaskGraph next = graph;
    std::map<std::string, std::string> renamed;
    if (shared)
        renamed[shared->id] = shared->id;
    const QPointF offset = offsetFor(graph, addition, shared, origin);
    for (Node &node : addition.nodes) {
        const std::string fresh = next.freeId(node.id);
        renamed[node.id] = fresh;
        node.id = fresh;
        node.x += offset.x();
        node.y += offset.y();
        if (ids)
            ids->insert(fresh);
        next.nodes.push_back(std::move(node));
    }
    std::set<PortRef> trained;
    for (const GraphTask &task : there.tasks)
        trained.insert(task.label);
    const auto isTrained = [&](const std::string &loss) {
        const auto task = std::ranges::find(plan.tasks, loss, &GraphTask::balanced);
        return shared && task != plan.tasks.end() && trained.contains(task->label);
    };
    FreeLosses free(graph, there.balanceNode);
    for (Edge edge : addition.edges) {
        const auto from = renamed.find(edge.from.node);
        const auto to = renamed.find(edge.to.node);
        if (sharesBalance && edge.to.node == plan.balanceNode && from != renamed.end()) {
            if (!isTrained(edge.from.node))
                next.edges.push_back({{from->second, edge.from.port}, free.next()});
            continue;
        }
        if (from != renamed.end() && to != renamed.end())
            next.edges.push_back({{from->second, edge.from.port}, {to->second, edge.to.port}});
    }
    next.collapsed.insert(addition.collapsed.begin(), addition.collapsed.end());
    return next;
}

} // namespace concord
