#include "ui/plot/value_table.h"

#include <QPainter>

#include <algorithm>

namespace concord {

ValueTable::ValueTable(QWidget *parent)
    : QWidget(parent)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void ValueTable::show(const QString &heading, std::vector<Row> rows, int x, const QRect &area)
{
    if (rows.empty())
        return hide();
    heading_ = heading;
    if (rows.size() > mostRows) {
        const QString more = QObject::tr("and %1 more").arg(rows.size() - mostRows + 1);
        rows.resize(mostRows);
        rows.back() = {Qt::transparent, more, {}, false};
    }
    rows_ = std::move(rows);
    int width = fontMetrics().horizontalAdvance(heading_) + 20;
    for (const Row &row : rows_)
        width = std::max(width, fontMetrics().horizontalAdvance(row.label) + fontMetrics().horizontalAdvance(row.value) + 48);
    const QSize size(std::min(width, 320), (int(rows_.size()) + 1) * (fontMetrics().height() + 1) + 14);
    const bool right = x + 10 + size.width() <= area.right();
    setGeometry(QRect(QPoint(right ? x + 10 : std::max(area.left(), x - 10 - size.width()), area.top() + 6), size));
    QWidget::show();
    raise();
    update();
}

void ValueTable::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor ground = theme_.dark ? theme_.panel.lighter(118) : theme_.panel;
    ground.setAlpha(242);
    painter.setBrush(ground);
    painter.setPen(theme_.line);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    const int line = fontMetrics().height() + 1;
    QRect at(10, 7, width() - 20, line);
    painter.setPen(theme_.quiet);
    painter.drawText(at, Qt::AlignLeft | Qt::AlignVCenter, heading_);
    for (const Row &row : rows_) {
        at.translate(0, line);
        painter.setPen(row.colour);
        painter.setBrush(row.hollow ? QBrush(Qt::NoBrush) : QBrush(row.colour));
        painter.drawRoundedRect(QRectF(at.left() + 0.5, at.center().y() - 3.5, 8, 8), 1.5, 1.5);
        painter.setPen(theme_.text);
        const int valueWidth = fontMetrics().horizontalAdvance(row.value);
        painter.drawText(at, Qt::AlignRight | Qt::AlignVCenter, row.value);
        const QRect label = at.adjusted(15, 0, -valueWidth - 8, 0);
        painter.drawText(label, Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(row.label, Qt::ElideMiddle, label.width()));
    }
}

} // namespace concord
