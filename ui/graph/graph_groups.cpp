#include "ui/graph/graph_groups.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

enum class Side { left, right, above, below };

/// Above and below is what stands in the same column; everything else lies to a side.
Side sideOf(const QRectF &box, const QRectF &small)
{
    if (box.left() < small.right() && box.right() > small.left())
        return box.center().y() < small.center().y() ? Side::above : Side::below;
    return box.center().x() < small.center().x() ? Side::left : Side::right;
}

double upToStep(double value)
{
    return std::ceil(value / 4) * 4;
}

void moveBox(TaskGraph &graph, PlacedBox &box, double dx, double dy)
{
    box.rect.translate(dx, dy);
    for (const std::string &id : box.nodes)
        if (Node *node = graph.find(id)) {
            node->x += dx;
            node->y += dy;
        }
}

} // namespace

GraphGroups::GraphGroups(const TaskGraph &graph)
{
    std::map<std::string, std::vector<const Node *>> nodes;
    for (const Node &node : graph.nodes)
        if (!node.frame.empty())
            nodes[node.frame].push_back(&node);
    for (auto &[title, members] : nodes) {
        std::ranges::stable_sort(members, {}, [](const Node *node) { return std::pair(node->x, node->y); });
        GraphGroup &group = groups_[title];
        group.title = title;
        group.collapsed = graph.collapsed.contains(title);
        for (const Node *node : members) {
            group.members.push_back(node->id);
            if (group.collapsed)
                hidden_.insert(QString::fromStdString(node->id), itemId(title));
        }
    }
}

QString GraphGroups::itemId(const std::string &title)
{
    return QStringLiteral("▣ ") + QString::fromStdString(title);
}

const GraphGroup *GraphGroups::ofItem(const QString &id) const
{
    if (hidden_.isEmpty() || !id.startsWith(QStringLiteral("▣ ")))
        return nullptr;
    const auto it = groups_.find(id.mid(2).toStdString());
    return it != groups_.end() && it->second.collapsed ? &it->second : nullptr;
}

std::set<std::string> groupsOf(const TaskGraph &graph, const std::set<std::string> &nodes)
{
    std::set<std::string> titles;
    for (const Node &node : graph.nodes)
        if (!node.frame.empty() && nodes.contains(node.id))
            titles.insert(node.frame);
    return titles;
}

std::string freeGroupTitle(const TaskGraph &graph, const std::string &title)
{
    std::string free = title;
    for (int number = 2; std::ranges::find(graph.nodes, free, &Node::frame) != graph.nodes.end(); ++number)
        free = title + " " + std::to_string(number);
    return free;
}

TaskGraph grouped(const TaskGraph &graph, const std::set<std::string> &nodes, const std::string &title)
{
    TaskGraph next = graph;
    for (Node &node : next.nodes)
        if (nodes.contains(node.id))
            node.frame = title;
    next.collapsed.erase(title);
    // A group that nobody is in any more leaves nothing behind.
    std::erase_if(next.collapsed, [&](const std::string &each) { return std::ranges::find(next.nodes, each, &Node::frame) == next.nodes.end(); });
    return next;
}

TaskGraph withGroupTitle(const TaskGraph &graph, const std::string &before, const std::string &after)
{
    TaskGraph next = graph;
    for (Node &node : next.nodes)
        if (node.frame == before)
            node.frame = after;
    if (next.collapsed.erase(before))
        next.collapsed.insert(after);
    return next;
}

void keepGroupsApart(TaskGraph &addition, const TaskGraph &graph, bool all)
{
    TaskGraph taken = graph;
    const GraphGroups groups(addition);
    for (const auto &[title, group] : groups.all()) {
        const auto there = std::ranges::count(graph.nodes, title, &Node::frame);
        // A part of a group joins the rest of it, unless it could not be seen there.
        if (there == 0 || (!all && there > std::ptrdiff_t(group.members.size()) && !graph.collapsed.contains(title)))
            continue;
        taken.nodes.push_back({.id = {}, .type = {}, .frame = freeGroupTitle(taken, title)});
        addition = withGroupTitle(addition, title, taken.nodes.back().frame);
    }
}

void makeRoom(TaskGraph &graph, std::vector<PlacedBox> &boxes, const QRectF &small, const QRectF &room)
{
    double up = 0;
    double down = 0;
    for (const PlacedBox &box : boxes)
        if (box.rect.intersects(room)) {
            if (const Side side = sideOf(box.rect, small); side == Side::above)
                up = std::max(up, box.rect.bottom() - room.top());
            else if (side == Side::below)
                down = std::max(down, room.bottom() - box.rect.top());
        }
    // Whole rows go, or a row would be bent.
    std::vector<Side> sides;
    for (PlacedBox &box : boxes) {
        sides.push_back(sideOf(box.rect, small));
        if (box.rect.bottom() <= small.top())
            moveBox(graph, box, 0, -upToStep(up));
        else if (box.rect.top() >= small.bottom())
            moveBox(graph, box, 0, upToStep(down));
    }
    double left = 0;
    double right = 0;
    for (std::size_t i = 0; i < boxes.size(); ++i)
        if (boxes[i].rect.intersects(room)) {
            if (sides[i] == Side::left)
                left = std::max(left, boxes[i].rect.right() - room.left());
            else if (sides[i] == Side::right)
                right = std::max(right, room.right() - boxes[i].rect.left());
        }
    for (std::size_t i = 0; i < boxes.size(); ++i)
        if (sides[i] == Side::left)
            moveBox(graph, boxes[i], -upToStep(left), 0);
        else if (sides[i] == Side::right)
            moveBox(graph, boxes[i], upToStep(right), 0);
}

} // namespace concord
