#pragma once

#include "core/graph/task_graph.h"
#include "ui/graph/graph_look.h"

#include <QGraphicsItem>
#include <QPainterPath>

namespace concord {

class GraphScene;

/// The curve from an output at `from` to an input at `to`.
QPainterPath linkCurve(const QPointF &from, const QPointF &to);

/// A link on the canvas, with the shape of its tensor on a pill.
class LinkItem : public QGraphicsItem
{
public:
    enum { Type = UserType + 2 };

    LinkItem(GraphScene &scene, const Edge &edge);

    int type() const override { return Type; }
    const Edge &edge() const { return edge_; }
    const LinkLook &look() const { return look_; }

    void show(const LinkLook &look);
    void setEnds(const QPointF &from, const QPointF &to);
    void setMarked(bool marked);   ///< a block is held over it and would be put in
    void setNear(bool near);       ///< a block at one of its ends is selected: a label's link shows clearly
    void setCrowded(bool crowded); ///< its shape is written only while a block at one of its ends is selected
    double distanceTo(const QPointF &scenePoint) const;

    QRectF boundingRect() const override { return bounds_; }
    QPainterPath shape() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    QColor colour() const;
    void layPill();

    GraphScene &scene_;
    Edge edge_;
    LinkLook look_;
    QPointF from_;
    QPointF to_;
    QPainterPath curve_;
    QRectF pill_; ///< empty when there is no room for it
    QRectF bounds_;
    bool marked_ = false;
    bool near_ = false;
    bool crowded_ = false;
};

} // namespace concord
