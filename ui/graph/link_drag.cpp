#include "ui/graph/link_drag.h"

#include "ui/graph/graph_scene.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"

#include <QCoreApplication>
#include <QPen>

#include <algorithm>
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
    return node ? node->portPoint(joint_.port, !joint_.isOutput) : QPointF();
}

std::optional<PortRef> LinkDrag::snapped(const QPointF &scenePos) const
{
    std::optional<PortRef> best;
    double bestDistance = 16;
    for (const PortRef &ref : fitting_) {
        const NodeItem *node = scene_.nodeItem(QString::fromStdString(ref.node));
        if (!node || !node->look().port(ref, joint_.isOutput))
            continue; // inside a collapsed group
        const QPointF d = node->portPoint(ref, joint_.isOutput) - scenePos;
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
        end = scene_.nodeItem(QString::fromStdString(port->node))->portPoint(*port, joint_.isOutput);
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
    const PortLook *port = node->portNear(node->mapFromScene(scenePos), 9);
    if (port && port->ref() == joint_.port)
        return; // let go where it began
    if (port && port->input == joint_.isOutput) {
        const PortRef ref = port->ref();
        scene_.refuse(
            QString::fromStdString(joint_.isOutput ? linkRefusal(graph_, analysis, joint_.port, ref) : linkRefusal(graph_, analysis, ref, joint_.port)),
            scenePos);
        return;
    }
    const std::vector<std::string> nodes = node->nodes();
    const bool isGroup = node->look().isGroup();
    const bool isOwnGroup = isGroup && std::ranges::find(nodes, joint_.port.node) != nodes.end();
    if (const std::optional<PortRef> found = isOwnGroup ? std::nullopt : fittingPort(graph_, analysis, joint_, nodes))
        connectTo(*found);
    else if (isGroup)
        scene_.refuse(
            QCoreApplication::translate("LinkDrag", "no free port of “%1” takes this link: expand the group to see its blocks").arg(node->look().title),
            scenePos);
    else
        scene_.refuse(refusalOf(graph_, analysis, joint_, nodes.front()), scenePos);
}

} // namespace concord
