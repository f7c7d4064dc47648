#include "ui/plot/front_plot.h"

#include "ui/plot/axis_ticks.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <map>

namespace concord {

FrontPlot::FrontPlot(QWidget *parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Front"));
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
}

void FrontPlot::setTheme(const Theme &theme)
{
    theme_ = theme;
    update();
}

FrontPlot::Span FrontPlot::spanOf(const std::vector<Point> &points, double Point::*value)
{
    const auto [low, high] = std::ranges::minmax(points, {}, value);
    const double width = high.*value - low.*value;
    const double room = width > 0 ? 0.06 * width : std::max(1e-9, 0.1 * std::abs(low.*value));
    return {low.*value - room, high.*value + room};
}

void FrontPlot::setPoints(std::vector<Point> points, Axis x, Axis y, bool joined)
{
    // What is not a number has no place; NaN would also poison the axes.
    std::erase_if(points, [](const Point &point) { return !std::isfinite(point.x) || !std::isfinite(point.y); });
    points_ = std::move(points);
    x_ = std::move(x);
    y_ = std::move(y);
    joined_ = joined;
    hovered_ = -1;
    if (!points_.empty()) {
        xs_ = spanOf(points_, &Point::x);
        ys_ = spanOf(points_, &Point::y);
    }
    update();
}

QRectF FrontPlot::area() const
{
    const double line = fontMetrics().height();
    const double left = fontMetrics().horizontalAdvance(QStringLiteral("0.0000")) + 14;
    return QRectF(left, line + 8, std::max(20.0, width() - left - 14), std::max(20.0, height() - 3 * line - 18));
}

QPointF FrontPlot::place(double x, double y) const
{
    const QRectF at = area();
    double h = (x - xs_.low) / (xs_.high - xs_.low);
    double v = (y - ys_.low) / (ys_.high - ys_.low);
    if (x_.higherIsBetter)
        h = 1 - h;
    if (y_.higherIsBetter)
        v = 1 - v;
    return {at.left() + h * at.width(), at.bottom() - v * at.height()};
}

QPointF FrontPlot::place(std::size_t point) const
{
    return place(points_[point].x, points_[point].y);
}

int FrontPlot::pointAt(const QPointF &at) const
{
    int nearest = -1;
    double least = 12 * 12;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const QPointF away = place(i) - at;
        if (const double distance = QPointF::dotProduct(away, away); distance < least) {
            least = distance;
            nearest = int(i);
        }
    }
    return nearest;
}

/// Not the tasks' colours: a front is of all tasks. Shapes tell fronts apart for those who see no colours.
QColor FrontPlot::colour(const Theme &theme, int front)
{
    const QColor colours[] = {theme.accent, theme.warning, theme.good, theme.quiet};
    return colours[front % 4];
}

QChar FrontPlot::sign(int front)
{
    static const QChar signs[] = {QChar(0x25CF), QChar(0x25A0), QChar(0x25C6), QChar(0x25B2)};
    return signs[front % 4];
}

void FrontPlot::drawMark(QPainter &painter, const Theme &theme, int front, const QPointF &centre, double radius, bool hollow)
{
    painter.setPen(QPen(colour(theme, front), 1.5));
    painter.setBrush(hollow ? theme.panel : colour(theme, front));
    switch (front % 4) {
    case 0:
        painter.drawEllipse(centre, radius, radius);
        break;
    case 1:
        painter.drawRect(QRectF(centre.x() - 0.9 * radius, centre.y() - 0.9 * radius, 1.8 * radius, 1.8 * radius));
        break;
    case 2:
        painter.drawPolygon(QPolygonF({{centre.x(), centre.y() - 1.2 * radius}, {centre.x() + 1.2 * radius, centre.y()}, {centre.x(), centre.y() + 1.2 * radius}, {centre.x() - 1.2 * radius, centre.y()}}));
        break;
    default:
        painter.drawPolygon(QPolygonF({{centre.x(), centre.y() - 1.2 * radius}, {centre.x() + 1.1 * radius, centre.y() + 0.8 * radius}, {centre.x() - 1.1 * radius, centre.y() + 0.8 * radius}}));
    }
}

void FrontPlot::drawAxes(QPainter &painter) const
{
    const QRectF at = area();
    const double line = fontMetrics().height();
    for (const auto &[value, label] : axisTicks(AxisKind::linear, xs_.low, xs_.high, int(std::max(2.0, at.width() / 90)))) {
        const double x = place(value, ys_.low).x();
        painter.setPen(QPen(theme_.line, 1));
        painter.drawLine(QPointF(x, at.top()), QPointF(x, at.bottom()));
        painter.setPen(theme_.quiet);
        painter.drawText(QRectF(x - 60, at.bottom() + 3, 120, line), Qt::AlignCenter, label);
    }
    for (const auto &[value, label] : axisTicks(AxisKind::linear, ys_.low, ys_.high, int(std::max(2.0, at.height() / 45)))) {
        const double y = place(xs_.low, value).y();
        painter.setPen(QPen(theme_.line, 1));
        painter.drawLine(QPointF(at.left(), y), QPointF(at.right(), y));
        painter.setPen(theme_.quiet);
        painter.drawText(QRectF(0, y - line / 2, at.left() - 6, line), Qt::AlignRight | Qt::AlignVCenter, label);
    }
    // Less is better to the left and below; an axis that improves upwards runs the other way round.
    const auto words = [](const Axis &axis) { return axis.higherIsBetter ? tr("%1 (more is better)").arg(axis.name) : tr("%1 (less is better)").arg(axis.name); };
    painter.setPen(theme_.quiet);
    painter.drawText(QRectF(at.left(), at.bottom() + line + 4, at.width(), line), Qt::AlignRight | Qt::AlignVCenter, fontMetrics().elidedText(QStringLiteral("← ") + words(x_), Qt::ElideRight, int(at.width())));
    painter.drawText(QRectF(4, 2, width() - 8, line), Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(QStringLiteral("↓ ") + words(y_), Qt::ElideRight, width() - 8));
}

void FrontPlot::drawLines(QPainter &painter) const
{
    std::map<int, std::vector<QPointF>> lines;
    for (std::size_t i = 0; i < points_.size(); ++i)
        if (!points_[i].dominated)
            lines[points_[i].front].push_back(place(i));
    painter.setPen(QPen(theme_.line.darker(theme_.dark ? 80 : 115), 1.5));
    for (auto &[front, line] : lines) {
        std::ranges::sort(line, {}, &QPointF::x);
        painter.drawPolyline(line.data(), int(line.size()));
    }
}

/// To the right of the point, or wherever it covers nothing; left out where it would.
void FrontPlot::drawLabels(QPainter &painter) const
{
    const QRectF room = area().adjusted(-4, -4, 10, 4);
    std::vector<QRectF> taken;
    for (std::size_t i = 0; i < points_.size(); ++i)
        taken.push_back(QRectF(-7, -7, 14, 14).translated(place(i)));
    painter.setPen(theme_.quiet);
    for (std::size_t i = 0; i < points_.size(); ++i) {
        if (points_[i].label.isEmpty())
            continue;
        const QPointF at = place(i);
        const double width = fontMetrics().horizontalAdvance(points_[i].label);
        const double height = fontMetrics().height();
        const QRectF places[] = {{at.x() + 10, at.y() - height / 2, width, height},
                                 {at.x() - 10 - width, at.y() - height / 2, width, height},
                                 {at.x() - width / 2, at.y() - 10 - height, width, height},
                                 {at.x() - width / 2, at.y() + 10, width, height}};
        for (const QRectF &place : places) {
            if (!room.contains(place) || std::ranges::any_of(taken, [&](const QRectF &other) { return other.intersects(place); }))
                continue;
            painter.drawText(place, Qt::AlignCenter, points_[i].label);
            taken.push_back(place);
            break;
        }
    }
}

void FrontPlot::paintEvent(QPaintEvent *)
{
    if (points_.empty())
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    drawAxes(painter);
    if (joined_)
        drawLines(painter);
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const Point &point = points_[i];
        if (point.chosen || int(i) == hovered_) {
            painter.setPen(QPen(point.chosen ? theme_.text : theme_.accent, 1.5));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(place(i), 8.5, 8.5);
        }
        drawMark(painter, theme_, point.front, place(i), 4.5, point.dominated);
    }
    drawLabels(painter);
}

void FrontPlot::setHovered(int point)
{
    if (point == hovered_)
        return;
    hovered_ = point;
    setCursor(point >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void FrontPlot::mouseMoveEvent(QMouseEvent *event)
{
    setHovered(pointAt(event->position()));
}

void FrontPlot::leaveEvent(QEvent *)
{
    setHovered(-1);
}

void FrontPlot::mousePressEvent(QMouseEvent *event)
{
    if (const int point = pointAt(event->position()); point >= 0 && event->button() == Qt::LeftButton)
        Q_EMIT picked(point);
}

/// Whoever comes by the keyboard sees where he is.
void FrontPlot::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    if (hovered_ < 0 && !points_.empty() && (event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason))
        setHovered(0);
}

/// Left and right go through the points from left to right; Enter takes one.
void FrontPlot::keyPressEvent(QKeyEvent *event)
{
    if (points_.empty())
        return QWidget::keyPressEvent(event);
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (hovered_ >= 0)
            Q_EMIT picked(hovered_);
        return;
    }
    if (event->key() != Qt::Key_Left && event->key() != Qt::Key_Right)
        return QWidget::keyPressEvent(event);
    std::vector<int> order;
    for (std::size_t i = 0; i < points_.size(); ++i)
        order.push_back(int(i));
    std::ranges::stable_sort(order, {}, [this](int i) { return place(std::size_t(i)).x(); });
    const auto at = std::ranges::find(order, hovered_);
    const auto index = at == order.end() ? std::ptrdiff_t(-1) : at - order.begin();
    setHovered(order[std::size_t(std::clamp<std::ptrdiff_t>(index + (event->key() == Qt::Key_Left ? -1 : 1), 0, std::ptrdiff_t(order.size()) - 1))]);
}

QString FrontPlot::toolTipAt(const QPoint &at) const
{
    const int point = pointAt(at);
    return point < 0 ? QString() : points_[std::size_t(point)].words;
}

bool FrontPlot::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    QToolTip::showText(help->globalPos(), toolTipAt(help->pos()), this);
    return true;
}

} // namespace concord
