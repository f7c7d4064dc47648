// How a ShareView is drawn.
#include "ui/plot/share_view.h"

#include "ui/plot/axis_ticks.h"
#include "ui/plot/number_text.h"
#include "ui/plot/share_strip.h"

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

/// "segmentation 0" → "segmen… 0": the last word tells them apart.
QString elidedHead(const QString &name, const QFontMetrics &metrics, int room)
{
    const qsizetype end = name.lastIndexOf(u' ');
    if (end < 0 || metrics.horizontalAdvance(name) <= room)
        return metrics.elidedText(name, Qt::ElideRight, room);
    const QString last = name.mid(end);
    return metrics.elidedText(name.left(end), Qt::ElideRight, room - metrics.horizontalAdvance(last)) + last;
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
    renderStrips(at);
    for (int row = 0; row < rows(); ++row) {
        paintLabel(painter, at, row, strip(at, row));
        painter.drawImage(strip(at, row), images_[std::size_t(row)]);
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
    if (!at.heads.isEmpty() && !at.common.isEmpty()) {
        painter.setPen(theme_.quiet);
        const double room = at.labelWidth - 9;
        painter.drawText(QRectF(0, 0, room, at.headHeight - 6), Qt::AlignRight | Qt::AlignBottom, fontMetrics().elidedText(at.common, Qt::ElideRight, int(room)));
    }
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
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, elidedHead(at.heads[column], fontMetrics(), int(place.width())));
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
                     areShares() ? tr("% at step %1").arg(step) : tr("step %1 · lines %2 … %3").arg(step, shortNumber(low_, 2), shortNumber(high_, 2)));
}

/// They are drawn once for what they show, not for each move of the cursor.
void ShareView::renderStrips(const Layout &at)
{
    const double ratio = devicePixelRatioF();
    const QSize size = (strip(at, 0).size() * ratio).toSize();
    if (!images_.empty() && images_.front().size() == size)
        return;
    images_.clear();
    std::vector<QColor> colours;
    for (int column = 0; column < columns(); ++column)
        colours.push_back(columnColour(column));
    for (int row = 0; row < rows(); ++row) {
        std::vector<StripPoint> points;
        for (const Moment &moment : moments_)
            points.push_back({moment.step, std::span(moment.values).subspan(std::size_t(row * columns()), std::size_t(columns()))});
        const std::vector<double> samples = stripSamples(points, std::size_t(columns()), size.width());
        images_.push_back(isStacked(row) ? stackedStrip(samples, colours, size, theme_.diverging(0))
                                         : lineStrip(samples, colours, size, theme_.diverging(0), low_, high_, 1.6 * ratio));
    }
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
