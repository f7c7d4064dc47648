#include "ui/graph/link_item.h"

#include "ui/graph/graph_scene.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPathStroker>
#include <QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>

namespace concord {

QPainterPath linkCurve(const QPointF &from, const QPointF &to)
{
    const double reach = std::clamp(std::abs(to.x() - from.x()) / 2, 24.0, 160.0) + (to.x() < from.x() ? std::min(80.0, (from.x() - to.x()) / 4) : 0);
    QPainterPath path(from);
    path.cubicTo(from + QPointF(reach, 0), to - QPointF(reach, 0), to);
    return path;
}

LinkItem::LinkItem(GraphScene &scene, const Edge &edge)
    : scene_(scene)
    , edge_(edge)
{
    setFlag(ItemIsSelectable);
    setZValue(-1);
}

void LinkItem::show(const LinkLook &look)
{
    if (look == look_)
        return;
    prepareGeometryChange();
    look_ = look;
    setZValue(look.label ? -2 : -1);
    layPill();
    update();
}

void LinkItem::setEnds(const QPointF &from, const QPointF &to)
{
    if (from == from_ && to == to_)
        return;
    prepareGeometryChange();
    from_ = from;
    to_ = to;
    curve_ = linkCurve(from, to);
    layPill();
}

void LinkItem::setMarked(bool marked)
{
    if (marked == marked_)
        return;
    marked_ = marked;
    update();
}

void LinkItem::setNear(bool near)
{
    if (near == near_)
        return;
    near_ = near;
    if (crowded_) {
        prepareGeometryChange();
        layPill();
    }
    update();
}

void LinkItem::setCrowded(bool crowded)
{
    if (crowded == crowded_)
        return;
    prepareGeometryChange();
    crowded_ = crowded;
    layPill();
    update();
}

void LinkItem::layPill()
{
    pill_ = {};
    if (!look_.shape.isEmpty() && !look_.label && (!crowded_ || near_)) {
        const double width = QFontMetricsF(scene_.fonts().small).horizontalAdvance(look_.shape) + 12;
        if (to_.x() - from_.x() > width + 8) {
            pill_ = QRectF(0, 0, width, 16);
            pill_.moveCenter(curve_.pointAtPercent(0.5));
        }
    }
    bounds_ = curve_.controlPointRect().united(pill_).adjusted(-4, -4, 4, 4);
}

double LinkItem::distanceTo(const QPointF &scenePoint) const
{
    double best = 1e9;
    for (int i = 0; i <= 32; ++i) {
        const QPointF d = curve_.pointAtPercent(i / 32.0) - scenePoint;
        best = std::min(best, std::hypot(d.x(), d.y()));
    }
    return best;
}

QPainterPath LinkItem::shape() const
{
    QPainterPathStroker stroker;
    stroker.setWidth(10);
    QPainterPath path = stroker.createStroke(curve_);
    if (!pill_.isEmpty())
        path.addRect(pill_);
    return path;
}

QColor LinkItem::colour() const
{
    const Theme &theme = scene_.theme();
    if (isSelected() || marked_)
        return theme.accent;
    if (look_.label) {
        QColor faint = theme.quiet;
        faint.setAlphaF(near_ ? 0.9f : 0.35f);
        return faint;
    }
    if (look_.task >= 0)
        return theme.task(look_.task);
    return theme.dark ? QColor("#76808c") : QColor("#97a0ad");
}

void LinkItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    const double detail = QStyleOptionGraphicsItem::levelOfDetailFromTransform(painter->worldTransform());
    QPen pen(colour(), marked_ ? 3 : isSelected() ? 2.2 : look_.label ? 1 : 1.7);
    painter->setBrush(Qt::NoBrush);
    if (detail < 0.42) {
        // A hair line: straight, cosmetic, without antialiasing. Label links would only be noise.
        if (look_.label && !isSelected() && !near_)
            return;
        pen.setWidth(isSelected() ? 2 : 1);
        pen.setCosmetic(true);
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->setPen(pen);
        painter->drawLine(from_, to_);
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    if (look_.label)
        pen.setDashPattern({3, 4});
    painter->setPen(pen);
    painter->drawPath(curve_);
    if (pill_.isEmpty())
        return;
    const Theme &theme = scene_.theme();
    painter->setPen(QPen(isSelected() || marked_ ? theme.accent : theme.line, 1));
    painter->setBrush(theme.canvas);
    painter->drawRoundedRect(pill_, 8, 8);
    painter->setPen(theme.quiet);
    painter->setFont(scene_.fonts().small);
    painter->drawText(pill_, Qt::AlignCenter, look_.shape);
}

} // namespace concord
