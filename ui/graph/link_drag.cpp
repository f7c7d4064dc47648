#include "ui/graph/link_drag.h"

#include "ui/graph/graph_scene.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"

#include <QCoreApplication>
#include <QPen>

#include <cmath>

namespace concord {

LinkDrag::LinkDrag(GraphScene &scene, Joint joint, std::optional<Edge> lifted)
    : scene_(scene)
    , joint_(std::move(joint))
    , lifted_(std::move(lifted))
    , graph_(scene.document().graph())
    , curve_(std::make_unique<QGraphicsPathItem>())
{
    if (lifted_) {
        std::erase(graph_.edges, *lifted_);
        if (LinkItem *item = scene_.linkItem(*lifted_))
            item->setOpacity(0.2);
    }
    fitting_ = fittingPorts(graph_, scene.document().analysis(), joint_);
    curve_->setPen(QPen(scene.theme().accent, 2, Qt::SolidLine, Qt::RoundCap));
    curve_->setZValue(3);
    curve_->setAcceptedMouseButtons(Qt::NoButton);
    scene.addItem(curve_.get());
    for (NodeItem *node : scene.nodeItems())
        node->setFitting(&fitting_, joint_.isOutput);
}

LinkDrag::~LinkDrag()
{
    for (NodeItem *node : scene_.nodeItems())
        node->setFitting(nullptr, true);
    if (lifted_)
        if (LinkItem *item = scene_.linkItem(*lifted_))
            item->setOpacity(1);
    scene_.removeItem(curve_.get());
}

QPointF LinkDrag::anchorPoint() const
{
    const NodeItem *node = scene_.nodeItem(QString::fromStdString(joint_.port.node));
    return node ? node->portPoint(joint_.port.port, !joint_.isOutput) : QPointF();
}

std::optional<PortRef> LinkDrag::snapped(const QPointF &scenePos) const
{
    std::optional<PortRef> best;
    double bestDistance = 16;
    for (const PortRef &ref : fitting_) {
        const NodeItem *node = scene_.nodeItem(QString::fromStdString(ref.node));
        if (!node)
            continue;
        const QPointF d = node->portPoint(ref.port, joint_.isOutput) - scenePos;
        if (const double distance = std::hypot(d.x(), d.y()); distance < bestDistance) {
            best = ref;
            bestDistance = distance;
        }
    }
    return best;
}

void LinkDrag::moveTo(const QPointF &scenePos)
{
    QPointF end = scenePos;
    if (const std::optional<PortRef> port = snapped(scenePos))
        end = scene_.nodeItem(QString::fromStdString(port->node))->portPoint(port->port, joint_.isOutput);
    curve_->setPath(joint_.isOutput ? linkCurve(anchorPoint(), end) : linkCurve(end, anchorPoint()));
}

void LinkDrag::connectTo(const PortRef &port)
{
    TaskGraph next = graph_;
    addLink(next, joint_, port);
    scene_.document().applyGraph(lifted_ ? QCoreApplication::translate("LinkDrag", "Move link") : QCoreApplication::translate("LinkDrag", "Link"), next);
}

void LinkDrag::dropAt(const QPointF &scenePos)
{
    if (const std::optional<PortRef> port = snapped(scenePos)) {
        connectTo(*port);
        return;
    }
    const Analysis &analysis = scene_.document().analysis();
    NodeItem *node = scene_.nodeAt(scenePos);
    if (!node) {
        const QPointF way = scenePos - anchorPoint();
        if (lifted_)
            scene_.document().applyGraph(QCoreApplication::translate("LinkDrag", "Unlink"), graph_);
        else if (std::hypot(way.x(), way.y()) > 24)
            Q_EMIT scene_.blockWanted(scenePos, joint_);
        return;
    }
    const std::string id = node->id().toStdString();
    const PortLook *port = node->portNear(node->mapFromScene(scenePos), 9);
    if (id == joint_.port.node && port && port->id == joint_.port.port)
        return; // let go where it began
    if (port && port->input == joint_.isOutput) {
        const PortRef ref{id, port->id};
        scene_.refuse(
            QString::fromStdString(joint_.isOutput ? linkRefusal(graph_, analysis, joint_.port, ref) : linkRefusal(graph_, analysis, ref, joint_.port)),
            scenePos);
        return;
    }
    if (const std::optional<PortRef> found = fittingPort(graph_, analysis, joint_, id))
        connectTo(*found);
    else
        scene_.refuse(refusalOf(graph_, analysis, joint_, id), scenePos);
}

} // namespace concord
