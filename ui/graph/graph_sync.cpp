// The scene follows the document: items for its nodes, links and groups.

#include "ui/graph/frame_item.h"
#include "ui/graph/graph_scene.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"

#include <QScopedValueRollback>

#include <algorithm>
#include <cmath>

namespace concord {

void GraphScene::sync()
{
    cancelLink();
    followDocument();
    showSelection(); // also of items that are new: what is chosen may be shown by others now
}

void GraphScene::followDocument()
{
    const QScopedValueRollback guard(syncing_, true);
    groups_ = GraphGroups(document_.graph());
    const GraphLook look(document_.graph(), document_.analysis(), fonts_, document_.experiment().plan);
    QSet<QString> moved;
    syncNodes(look, moved);
    syncLinks(look, moved);
    syncFrames(look);
}

void GraphScene::syncNodes(const GraphLook &look, QSet<QString> &moved)
{
    QSet<QString> present;
    for (const Node &node : document_.graph().nodes) {
        const QString id = QString::fromStdString(node.id);
        if (groups_.shownAs(id) != id)
            continue;
        present.insert(id);
        showNode(id, look.outline(node), look, &node, moved);
    }
    for (const auto &[title, group] : groups_.all())
        if (group.collapsed) {
            const QString id = GraphGroups::itemId(title);
            present.insert(id);
            showNode(id, look.groupOutline(group), look, nullptr, moved);
        }
    for (auto it = nodes_.begin(); it != nodes_.end();) {
        if (present.contains(it.key())) {
            ++it;
            continue;
        }
        // Those who hear of the selection that shrinks must not find it any more.
        const NodeItem *gone = it.value();
        it = nodes_.erase(it);
        delete gone;
    }
}

/// `node` is null for a collapsed group.
void GraphScene::showNode(const QString &id, NodeLook outline, const GraphLook &look, const Node *node, QSet<QString> &moved)
{
    NodeItem *&item = nodes_[id];
    const bool fresh = !item;
    if (fresh) {
        item = new NodeItem(*this, id);
        addItem(item);
    }
    const bool relooked = fresh || outline != item->outline();
    if (relooked)
        item->show(outline, look.finished(outline));
    const QPointF at = node ? QPointF(node->x, node->y) : groupPlace(*groups_.ofItem(id), item->look().size);
    if (fresh || item->pos() != at) {
        item->setHome(at);
        moved.insert(id);
    } else if (relooked) {
        moved.insert(id); // its ports may be elsewhere
    }
}

/// In the middle of where its blocks are; it moves by the grid as they do.
QPointF GraphScene::groupPlace(const GraphGroup &group, const QSizeF &size) const
{
    QRectF corners;
    for (const Node &node : document_.graph().nodes)
        if (node.frame == group.title)
            corners = corners.isNull() ? QRectF(node.x, node.y, 1, 1) : corners.united(QRectF(node.x, node.y, 1, 1));
    // Blocks are about 140 × 56.
    const QPointF corner = corners.center() + QPointF(70, 28) - QPointF(size.width() / 2, size.height() / 2);
    return {std::floor(corner.x() / 4) * 4, std::floor(corner.y() / 4) * 4};
}

void GraphScene::syncLinks(const GraphLook &look, const QSet<QString> &moved)
{
    std::map<Edge, LinkItem *> gone;
    gone.swap(links_);
    linksOf_.clear();
    for (const Edge &edge : document_.graph().edges) {
        const QString from = groups_.shownAs(QString::fromStdString(edge.from.node));
        const QString to = groups_.shownAs(QString::fromStdString(edge.to.node));
        if (from == to && groups_.ofItem(from))
            continue; // inside a collapsed group
        LinkItem *item = nullptr;
        if (const auto old = gone.find(edge); old != gone.end()) {
            item = old->second;
            gone.erase(old);
        }
        const bool fresh = !item;
        if (fresh) {
            item = new LinkItem(*this, edge);
            addItem(item);
        }
        links_[edge] = item;
        linksOf_.insert(from, item);
        if (from != to)
            linksOf_.insert(to, item);
        item->show(look.link(edge));
        item->setCrowded(isCrowded(edge));
        if (fresh || moved.contains(from) || moved.contains(to))
            placeLink(*item);
    }
    for (const auto &[edge, item] : gone) {
        if (item == marked_)
            marked_ = nullptr;
        delete item;
    }
}

/// Where several links come out of a collapsed group side by side their shapes would lie on each other.
bool GraphScene::isCrowded(const Edge &edge) const
{
    for (const bool input : {true, false}) {
        const NodeItem *node = nodeItem(QString::fromStdString(input ? edge.to.node : edge.from.node));
        if (node && node->look().isGroup() && std::ranges::count(node->look().ports, input, &PortLook::input) > 1)
            return true;
    }
    return false;
}

void GraphScene::placeLink(LinkItem &item) const
{
    const NodeItem *from = nodeItem(QString::fromStdString(item.edge().from.node));
    const NodeItem *to = nodeItem(QString::fromStdString(item.edge().to.node));
    item.setVisible(from && to);
    if (from && to)
        item.setEnds(from->portPoint(item.edge().from, false), to->portPoint(item.edge().to, true));
}

void GraphScene::syncFrames(const GraphLook &look)
{
    QSet<QString> present;
    for (const auto &[title, group] : groups_.all()) {
        if (group.collapsed)
            continue;
        const QString key = QString::fromStdString(title);
        present.insert(key);
        FrameItem *&item = frames_[key];
        if (!item) {
            item = new FrameItem(*this, title);
            addItem(item);
        }
        item->show(look.frame(group));
    }
    for (auto it = frames_.begin(); it != frames_.end();) {
        if (present.contains(it.key())) {
            ++it;
            continue;
        }
        delete it.value();
        it = frames_.erase(it);
    }
    placeFrames();
}

void GraphScene::placeFrames()
{
    for (FrameItem *frame : std::as_const(frames_)) {
        QRectF rect;
        for (const std::string &id : frame->look().members)
            if (const NodeItem *node = nodeItem(QString::fromStdString(id)))
                rect = rect.united(QRectF(node->pos(), node->look().size));
        frame->encloseNodes(rect);
    }
}

void GraphScene::fold(const std::set<std::string> &titles, bool collapsed)
{
    TaskGraph next = document_.graph();
    std::vector<PlacedBox> boxes;
    for (const NodeItem *item : std::as_const(nodes_))
        boxes.push_back({item->nodes(), QRectF(item->pos(), item->look().size)});
    const GraphLook look(document_.graph(), document_.analysis(), fonts_, document_.experiment().plan);
    for (const std::string &title : titles) {
        const auto group = groups_.all().find(title);
        if (group == groups_.all().end() || group->second.collapsed == collapsed)
            continue;
        if (collapsed) {
            next.collapsed.insert(title);
            continue;
        }
        next.collapsed.erase(title);
        const auto closed = std::ranges::find(boxes, group->second.members, &PlacedBox::nodes);
        if (closed == boxes.end())
            continue;
        const QRectF small = closed->rect;
        boxes.erase(closed);
        std::vector<PlacedBox> own;
        QRectF rect;
        for (const std::string &id : group->second.members)
            if (const Node *node = next.find(id)) {
                own.push_back({{id}, QRectF(QPointF(node->x, node->y), look.node(*node).size)});
                rect = rect.united(own.back().rect);
            }
        makeRoom(next, boxes, small, FrameItem::around(rect).adjusted(-36, -24, 36, 40));
        boxes.insert(boxes.end(), own.begin(), own.end());
    }
    const QString first = titles.empty() ? QString() : QString::fromStdString(*titles.begin());
    const QString what = titles.size() == 1 ? first : tr("%n group(s)", nullptr, int(titles.size()));
    document_.applyGraph(collapsed ? tr("Collapse %1").arg(what) : tr("Expand %1").arg(what), next);
}

} // namespace concord
