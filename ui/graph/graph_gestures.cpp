// The scene's mouse gestures: moving nodes (one undo step, on a 4-pixel grid) and drawing links.

#include "ui/graph/frame_item.h"
#include "ui/graph/graph_scene.h"
#include "ui/graph/link_drag.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"

#include <QGraphicsSceneMouseEvent>

#include <algorithm>

namespace concord {

bool GraphScene::startLink(const QPointF &scenePos)
{
    NodeItem *node = nodeAt(scenePos);
    const PortLook *port = node ? node->portNear(node->mapFromScene(scenePos), 9) : nullptr;
    if (!port)
        return false;
    const PortRef ref = port->ref();
    if (!port->input) {
        linkDrag_ = std::make_unique<LinkDrag>(*this, Joint{ref, true}, std::nullopt);
        return true;
    }
    // From an occupied input the link comes off at that end and follows the mouse.
    const auto &edges = document_.graph().edges;
    const auto lifted = std::ranges::find_if(edges, [&](const Edge &edge) { return edge.to == ref; });
    if (lifted != edges.end())
        linkDrag_ = std::make_unique<LinkDrag>(*this, Joint{lifted->from, true}, *lifted);
    else
        linkDrag_ = std::make_unique<LinkDrag>(*this, Joint{ref, false}, std::nullopt);
    return true;
}

void GraphScene::mousePressEvent(QGraphicsSceneMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && startLink(event->scenePos())) {
        linkDrag_->moveTo(event->scenePos());
        event->accept();
        return;
    }
    // A collapsed group of which one block was chosen elsewhere is taken as a whole by a click.
    if (const NodeItem *node = nodeAt(event->scenePos()); node && node->look().isGroup() && node->isSelected())
        document_.select(chosenNodes());
    QGraphicsScene::mousePressEvent(event);
    const QGraphicsItem *taken = mouseGrabberItem();
    dragging_ = event->button() == Qt::LeftButton && taken && (taken->type() == NodeItem::Type || taken->type() == FrameItem::Type);
}

void GraphScene::mouseMoveEvent(QGraphicsSceneMouseEvent *event)
{
    if (linkDrag_) {
        linkDrag_->moveTo(event->scenePos());
        event->accept();
        return;
    }
    QGraphicsScene::mouseMoveEvent(event);
    if (!dragging_)
        return;
    placeFrames();
    const auto *node = qgraphicsitem_cast<NodeItem *>(mouseGrabberItem());
    const bool alone = node && document_.selection().size() == 1 && linksOf_.find(node->id()) == linksOf_.end();
    markLink(alone ? linkAt(event->scenePos(), 14) : nullptr);
}

void GraphScene::mouseReleaseEvent(QGraphicsSceneMouseEvent *event)
{
    if (linkDrag_) {
        // The drop may change the document, and that ends any gesture: so it is not a member any more.
        const std::unique_ptr<LinkDrag> drag = std::move(linkDrag_);
        drag->dropAt(event->scenePos());
        event->accept();
        return;
    }
    const QPointF at = event->scenePos();
    const bool wasDragging = dragging_ && event->button() == Qt::LeftButton;
    QGraphicsScene::mouseReleaseEvent(event);
    if (wasDragging) {
        dragging_ = false;
        finishMove(at);
    }
}

void GraphScene::finishMove(const QPointF &scenePos)
{
    const std::optional<Edge> into = marked_ ? std::optional(marked_->edge()) : std::nullopt;
    markLink(nullptr);
    TaskGraph next = document_.graph();
    std::string last;
    int moved = 0;
    for (Node &node : next.nodes)
        if (const NodeItem *item = nodeItem(QString::fromStdString(node.id)); item && item->pos() != item->home()) {
            node.x = item->pos().x() + (node.x - item->home().x());
            node.y = item->pos().y() + (node.y - item->home().y());
            last = node.id;
            ++moved;
        }
    if (!moved)
        return;
    if (into && moved == 1)
        refuse(putInto(next, *into, last), scenePos);
    document_.applyGraph(tr("Move %n block(s)", nullptr, moved), next);
}

} // namespace concord
