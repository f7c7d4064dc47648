// How a ShareView is drawn.
#include "ui/plot/share_view.h"

#include "ui/plot/axis_ticks.h"
#include "ui/plot/number_text.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

/// Black or white, whichever is easier to read on this ground (relative luminance of WCAG 2).
QColor inkOn(const QColor &ground)
{
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    const double luminance = 0.2126 * linear(ground.redF()) + 0.7152 * linear(ground.greenF()) + 0.0722 * linear(ground.blueF());
    return luminance > 0.179 ? QColor("#14171a") : QColor("#ffffff");
}

} // namespace

void ShareView::paintEvent(QPaintEvent *)
{
    if (!shown())
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Layout at = layout();
    paintHeads(painter, at);
    paintTable(painter, at);
    for (int row = 0; row < rows(); ++row) {
        paintLabel(painter, at, row, strip(at, row));
        paintStrip(painter, row, strip(at, row));
    }
    paintAxis(painter, at);
    if (cursor_ >= 0) {
        const double x = xOf(cursor_, strip(at, 0));
        painter.setPen(QPen(theme_.accent, 1.5));
        painter.drawLine(QPointF(x, strip(at, 0).top() - 2), QPointF(x, strip(at, rows() - 1).bottom() + 2));
    }
}

void ShareView::paintHeads(QPainter &painter, const Layout &at) const
{
    for (int column = 0; column < columns(); ++column) {
        const QRectF head = cell(at, -1, column);
        painter.fillRect(QRectF(head.left(), head.bottom() - 5, std::max(1.0, head.width() - 2), 3), columnColour(column));
        if (at.heads.isEmpty())
            continue;
        painter.setPen(theme_.quiet);
        if (!at.upright) {
            painter.drawText(head.adjusted(0, 0, -2, -6), Qt::AlignHCenter | Qt::AlignBottom, fontMetrics().elidedText(at.heads[column], Qt::ElideRight, int(head.width()) - 2));
            continue;
        }
        painter.save();
        painter.translate(head.center().x() - 1, head.bottom() - 8);
        painter.rotate(-90);
        const QRectF place(0, -head.width() / 2, head.height() - 8, head.width());
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(at.heads[column], Qt::ElideMiddle, int(place.width())));
        painter.restore();
    }
}

/// The row's name with its task's colour, left of its cells or its strip.
void ShareView::paintLabel(QPainter &painter, const Layout &at, int row, const QRectF &beside) const
{
    const int task = std::size_t(row) < rowTasks_.size() ? rowTasks_[std::size_t(row)] : -1;
    if (task >= 0) {
        const double half = std::min(6.0, beside.height() / 2);
        painter.fillRect(QRectF(at.labelWidth - 5, beside.center().y() - half, 2, 2 * half), theme_.task(task));
    }
    if (beside.height() < fontMetrics().ascent())
        return;
    painter.setPen(theme_.text);
    const QRectF place(0, beside.center().y() - fontMetrics().height(), at.labelWidth - 9, 2 * fontMetrics().height());
    painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, fontMetrics().elidedText(rows_[row], Qt::ElideRight, int(place.width())));
}

void ShareView::paintTable(QPainter &painter, const Layout &at) const
{
    // A share's colour says how large it is of the whole, so that even gates look even.
    const double size = areShares() ? 1 : std::max(high_, -low_);
    const double gap = at.rowHeight >= 12 && at.cellWidth >= 12 ? 2 : at.rowHeight >= 6 && at.cellWidth >= 6 ? 1 : 0;
    bool fits = at.rowHeight >= fontMetrics().height();
    for (int i = 0; i < rows() * columns(); ++i)
        fits = fits && fontMetrics().horizontalAdvance(number(valueOf(*shown(), i / columns(), i % columns()))) <= at.cellWidth - gap;
    for (int row = 0; row < rows(); ++row) {
        paintLabel(painter, at, row, cell(at, row, 0));
        for (int column = 0; column < columns(); ++column) {
            const double value = valueOf(*shown(), row, column);
            const QRectF box = cell(at, row, column).adjusted(0, 0, -gap, -gap);
            const QColor ground = theme_.diverging(value / size);
            painter.setPen(Qt::NoPen);
            painter.setBrush(ground);
            painter.drawRoundedRect(box, gap > 1 ? 3 : 0, gap > 1 ? 3 : 0);
            if (!fits)
                continue;
            painter.setPen(inkOn(ground));
            painter.drawText(box, Qt::AlignCenter, number(value));
        }
    }
    if (at.axisHeight == 0)
        return;
    painter.setPen(theme_.quiet);
    const QString step = groupedNumber(shown()->step);
    painter.drawText(QRectF(at.labelWidth, at.headHeight + rows() * at.rowHeight, width() - at.labelWidth, at.captionHeight - 6), Qt::AlignLeft | Qt::AlignVCenter,
                     areShares() ? tr("% at step %1").arg(step) : tr("at step %1").arg(step));
}

/// At most one point for two pixels; in a long run each shows the moment nearest to it.
void ShareView::paintStrip(QPainter &painter, int row, const QRectF &place) const
{
    painter.fillRect(place, theme_.diverging(0));
    const int points = int(std::min<std::size_t>(moments_.size(), std::size_t(std::max(2.0, place.width() / 2))));
    const bool stacked = isStacked(row);
    std::vector<double> base(std::size_t(points), 0.0);
    painter.setClipRect(place);
    for (int column = 0; column < columns(); ++column) {
        QPolygonF upper;
        QPolygonF lower;
        for (int point = 0; point < points; ++point) {
            const Moment &moment = moments_[points == 1 ? 0 : std::size_t(point) * (moments_.size() - 1) / std::size_t(points - 1)];
            const double value = valueOf(moment, row, column);
            const double x = xOf(moment.step, place);
            const auto y = [&](double share) { return place.bottom() - place.height() * std::clamp(share, 0.0, 1.0); };
            lower.prepend({x, y(base[std::size_t(point)])});
            base[std::size_t(point)] += value;
            // Lines at the very edge would be cut in half.
            upper.append({x, stacked ? y(base[std::size_t(point)]) : y(0.04 + 0.92 * (std::isfinite(value) ? (value - low_) / (high_ - low_) : 0))});
        }
        if (points == 1) {
            upper.append({place.right(), upper.back().y()});
            lower.prepend({place.right(), lower.front().y()});
        }
        if (!stacked) {
            painter.setPen(QPen(columnColour(column), 1.4));
            painter.drawPolyline(upper);
            continue;
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(columnColour(column));
        painter.drawPolygon(upper + lower);
    }
    painter.setClipping(false);
}

/// Steps under the last strip.
void ShareView::paintAxis(QPainter &painter, const Layout &at) const
{
    if (at.axisHeight == 0 || moments_.size() < 2)
        return;
    const QRectF last = strip(at, rows() - 1);
    QFont small = font();
    small.setPixelSize(std::max(9, int(0.85 * QFontInfo(small).pixelSize())));
    painter.setFont(small);
    painter.setPen(theme_.quiet);
    const QFontMetrics metrics(small);
    double free = last.left() - 20;
    for (const auto &[step, label] : axisTicks(AxisKind::linear, double(moments_.front().step), double(moments_.back().step), std::max(2, int(last.width() / 90)))) {
        const int wide = metrics.horizontalAdvance(label);
        const double left = std::clamp(xOf(std::int64_t(step), last) - wide / 2.0, last.left(), std::max(last.left(), last.right() - wide));
        if (left < free)
            continue;
        painter.drawText(QRectF(left, last.bottom() + 2, wide + 2, at.axisHeight), Qt::AlignLeft | Qt::AlignTop, label);
        free = left + wide + 12;
    }
    painter.setFont(font());
}

} // namespace concord
