#include "ui/graph/graph_scene.h"

#include "ui/graph/frame_item.h"
#include "ui/graph/link_drag.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"

#include <QGraphicsSceneMouseEvent>
#include <QScopedValueRollback>

#include <algorithm>

namespace concord {

namespace {

QSet<QString> idsOf(const std::vector<std::string> &nodes)
{
    QSet<QString> ids;
    for (const std::string &node : nodes)
        ids.insert(QString::fromStdString(node));
    return ids;
}

} // namespace

GraphScene::GraphScene(ExperimentDocument &document, QObject *parent)
    : QGraphicsScene(parent)
    , document_(document)
    , fonts_(GraphFonts::make())
{
    connect(&document, &ExperimentDocument::changed, this, &GraphScene::sync);
    connect(&document, &ExperimentDocument::selectionChanged, this, &GraphScene::showSelection);
    connect(this, &QGraphicsScene::selectionChanged, this, &GraphScene::tellSelection);
    sync();
}

GraphScene::~GraphScene()
{
    // The items leave one by one; nobody should hear of a selection that shrinks with them.
    disconnect(this, &QGraphicsScene::selectionChanged, nullptr, nullptr);
    linkDrag_.reset();
    qDeleteAll(frames_); // before the scene's own list: their labels are theirs
}

void GraphScene::setTheme(const Theme &theme)
{
    theme_ = theme;
    setBackgroundBrush(theme.canvas);
    update();
}

void GraphScene::moveLinksOf(const NodeItem &node)
{
    for (auto it = linksOf_.constFind(node.id()); it != linksOf_.cend() && it.key() == node.id(); ++it)
        placeLink(*it.value());
}

void GraphScene::showLinksOf(const NodeItem &node)
{
    for (auto it = linksOf_.constFind(node.id()); it != linksOf_.cend() && it.key() == node.id(); ++it) {
        const NodeItem *from = nodeItem(QString::fromStdString(it.value()->edge().from.node));
        const NodeItem *to = nodeItem(QString::fromStdString(it.value()->edge().to.node));
        it.value()->setNear((from && from->isSelected()) || (to && to->isSelected()));
    }
}

void GraphScene::showSelection()
{
    if (syncing_)
        return;
    const QScopedValueRollback guard(syncing_, true);
    const QSet<QString> &chosen = document_.selection();
    const auto isChosen = [&chosen](const std::string &id) { return chosen.contains(QString::fromStdString(id)); };
    for (auto it = nodes_.cbegin(); it != nodes_.cend(); ++it) {
        const std::vector<std::string> &members = it.value()->look().members;
        it.value()->setSelected(members.empty() ? chosen.contains(it.key()) : std::ranges::any_of(members, isChosen));
    }
    for (FrameItem *frame : std::as_const(frames_))
        frame->setChosen(std::ranges::all_of(frame->look().members, isChosen));
}

void GraphScene::tellSelection()
{
    if (syncing_)
        return;
    const QScopedValueRollback guard(syncing_, true);
    QSet<QString> ids;
    for (QGraphicsItem *item : selectedItems())
        if (const auto *node = qgraphicsitem_cast<NodeItem *>(item)) {
            // One block of a collapsed group, chosen elsewhere, stays the one.
            const QSet<QString> members = idsOf(node->nodes());
            const QSet<QString> already = members & document_.selection();
            ids.unite(already.isEmpty() ? members : already);
        }
    document_.select(ids);
    for (FrameItem *frame : std::as_const(frames_))
        frame->setChosen(ids.contains(idsOf(frame->look().members)));
}

QList<NodeItem *> GraphScene::chosenItems() const
{
    QList<NodeItem *> items;
    for (NodeItem *node : nodes_)
        if (node->isSelected())
            items += node;
    return items;
}

QSet<QString> GraphScene::chosenNodes() const
{
    QSet<QString> ids = document_.selection();
    for (const NodeItem *node : chosenItems())
        if (node->look().isGroup())
            ids.unite(idsOf(node->nodes()));
    return ids;
}

TaskGraph GraphScene::drawnGraph() const
{
    TaskGraph drawn;
    QSet<QString> seen;
    for (const Node &node : document_.graph().nodes)
        if (const NodeItem *item = nodeItem(QString::fromStdString(node.id)); item && !seen.contains(item->id())) {
            seen.insert(item->id());
            drawn.nodes.push_back({.id = item->id().toStdString(), .type = {}, .x = item->pos().x(), .y = item->pos().y()});
        }
    for (Edge edge : document_.graph().edges) {
        edge.from.node = groups_.shownAs(QString::fromStdString(edge.from.node)).toStdString();
        edge.to.node = groups_.shownAs(QString::fromStdString(edge.to.node)).toStdString();
        if (edge.from.node != edge.to.node)
            drawn.edges.push_back(std::move(edge));
    }
    return drawn;
}

FrameItem *GraphScene::frameAt(const QPointF &scenePos) const
{
    for (FrameItem *frame : frames_)
        if (frame->strip().contains(scenePos))
            return frame;
    return nullptr;
}

LinkItem *GraphScene::linkItem(const Edge &edge) const
{
    const auto it = links_.find(edge);
    return it == links_.end() ? nullptr : it->second;
}

NodeItem *GraphScene::nodeAt(const QPointF &scenePos) const
{
    const QList<QGraphicsItem *> near = items(QRectF(scenePos - QPointF(8, 8), QSizeF(16, 16)), Qt::IntersectsItemBoundingRect);
    NodeItem *withPort = nullptr;
    for (QGraphicsItem *item : near) {
        auto *node = qgraphicsitem_cast<NodeItem *>(item);
        if (!node)
            continue;
        if (node->portNear(node->mapFromScene(scenePos), 9))
            withPort = withPort ? withPort : node;
        else if (QRectF(node->pos(), node->look().size).contains(scenePos))
            return node;
    }
    return withPort;
}

LinkItem *GraphScene::linkAt(const QPointF &scenePos, double reach) const
{
    LinkItem *best = nullptr;
    double bestDistance = reach;
    for (QGraphicsItem *item : items(QRectF(scenePos - QPointF(reach, reach), QSizeF(2 * reach, 2 * reach)), Qt::IntersectsItemBoundingRect))
        if (auto *link = qgraphicsitem_cast<LinkItem *>(item); link && link->distanceTo(scenePos) < bestDistance) {
            best = link;
            bestDistance = link->distanceTo(scenePos);
        }
    return best;
}

std::vector<Edge> GraphScene::selectedLinks() const
{
    std::vector<Edge> edges;
    for (QGraphicsItem *item : selectedItems())
        if (auto *link = qgraphicsitem_cast<LinkItem *>(item))
            edges.push_back(link->edge());
    return edges;
}

QRectF GraphScene::nodesRect(bool onlySelected) const
{
    QRectF rect;
    for (const NodeItem *item : nodes_)
        if (!onlySelected || item->isSelected())
            rect = rect.united(QRectF(item->pos(), item->look().size));
    for (const FrameItem *frame : frames_)
        if (!onlySelected)
            rect = rect.united(frame->sceneRect());
    return rect;
}

void GraphScene::markLink(LinkItem *link)
{
    if (marked_ && marked_ != link)
        marked_->setMarked(false);
    marked_ = link;
    if (link)
        link->setMarked(true);
}

void GraphScene::refuse(const QString &reason, const QPointF &scenePos)
{
    if (reason.isEmpty())
        return;
    Q_EMIT refused(reason, scenePos);
    document_.note(reason);
}

void GraphScene::cancelLink()
{
    linkDrag_.reset();
}

} // namespace concord
