#pragma once

#include "core/graph/task_graph.h"

#include <QHash>
#include <QRectF>
#include <QString>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace concord {

struct GraphGroup
{
    std::string title = {};
    std::vector<std::string> members = {}; ///< from left to right
    bool collapsed = false;
};

/// The groups of a graph: nodes whose frames have one title. A collapsed one is drawn as a single item.
class GraphGroups
{
public:
    GraphGroups() = default;
    explicit GraphGroups(const TaskGraph &graph);

    const std::map<std::string, GraphGroup> &all() const { return groups_; }
    /// The collapsed group whose item has this id; null when it is a node's.
    const GraphGroup *ofItem(const QString &id) const;
    /// The id of the item that shows a node: its own, or its collapsed group's.
    QString shownAs(const QString &node) const { return hidden_.isEmpty() ? node : hidden_.value(node, node); }

    /// Of a collapsed group's item; no node can be called so.
    static QString itemId(const std::string &title);

private:
    std::map<std::string, GraphGroup> groups_;
    QHash<QString, QString> hidden_;
};

/// The titles of the groups that these nodes are in.
std::set<std::string> groupsOf(const TaskGraph &graph, const std::set<std::string> &nodes);

/// `title`, "title 2", "title 3" …: the first that no group has.
std::string freeGroupTitle(const TaskGraph &graph, const std::string &title);

/// The nodes as an expanded group; they leave the groups that they were in. "" for no group.
TaskGraph grouped(const TaskGraph &graph, const std::set<std::string> &nodes, const std::string &title);

TaskGraph withGroupTitle(const TaskGraph &graph, const std::string &before, const std::string &after);

/// Gives groups of `addition` other titles where `graph` has a group of that title: all of them, or only those that are as large there.
void keepGroupsApart(TaskGraph &addition, const TaskGraph &graph, bool all);

/// Something drawn, and the nodes that move with it.
struct PlacedBox
{
    std::vector<std::string> nodes = {};
    QRectF rect = {};
};

/// Where `small` was, `room` is needed: what lies above, below, left and right of `small` moves out of it, and everything farther out on
/// that side goes along, so that rows and columns stay. Nothing moves where nothing is in the way.
void makeRoom(TaskGraph &graph, std::vector<PlacedBox> &boxes, const QRectF &small, const QRectF &room);

} // namespace concord
