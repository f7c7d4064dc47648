#pragma once

#include "ui/graph/graph_look.h"

#include <QGraphicsItem>

#include <set>

namespace concord {

class GraphScene;

/// A block, or a collapsed group, on the canvas: paints a NodeLook and finds the port under a point. It knows nothing of the document.
class NodeItem : public QGraphicsItem
{
public:
    enum { Type = UserType + 1 };

    NodeItem(GraphScene &scene, const QString &id);

    int type() const override { return Type; }
    const QString &id() const { return id_; }
    const NodeLook &look() const { return look_; }

    /// The look's outline that is shown: an equal one needs no new look.
    const NodeLook &outline() const { return outline_; }
    void show(const NodeLook &outline, const NodeLook &look);

    /// The nearest port within `reach` of a point in item coordinates; null when none is.
    const PortLook *portNear(const QPointF &point, double reach) const;
    /// In scene coordinates; the middle of the side when there is no such port.
    QPointF portPoint(const std::string &port, bool input) const;
    QPointF portPoint(const PortRef &ref, bool input) const;

    /// The blocks that it stands for: itself, or the members of a collapsed group.
    std::vector<std::string> nodes() const;

    /// Where the document has it.
    const QPointF &home() const { return home_; }
    void setHome(const QPointF &home);

    /// While a link is drawn: ports in `fitting` light up, all others dim. Null ends it.
    void setFitting(const std::set<PortRef> *fitting, bool inputs);

    QRectF boundingRect() const override;
    QPainterPath shape() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

protected:
    QVariant itemChange(GraphicsItemChange change, const QVariant &value) override;
    void hoverMoveEvent(QGraphicsSceneHoverEvent *event) override;

private:
    enum class Light { normal, lit, dim };

    QRectF body() const { return {QPointF(0, 0), look_.size}; }
    QRectF problemMark() const;
    void paintFar(QPainter *painter, double detail) const;
    void paintStack(QPainter *painter) const;
    void paintBody(QPainter *painter) const;
    void paintText(QPainter *painter) const;
    void paintPorts(QPainter *painter) const;
    void paintProblem(QPainter *painter) const;
    Light lightOf(const PortLook &port) const;

    GraphScene &scene_;
    QString id_;
    QPointF home_;
    NodeLook outline_;
    NodeLook look_;
    const std::set<PortRef> *fitting_ = nullptr;
    bool fittingInputs_ = true;
};

} // namespace concord
