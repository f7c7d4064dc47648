#include "ui/widget/comparison_cell.h"

#include "ui/job/workspace.h"
#include "ui/model/comparison_model.h"

#include <QHeaderView>
#include <QPainter>
#include <QPolygonF>
#include <QTableView>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

constexpr int sideMargin = 6;
constexpr int forestWidth = 110;
constexpr int headMargin = 6;
constexpr int arrowWidth = 12;

} // namespace

int ComparisonCell::columnWidth(const QTableView &table, int column)
{
    int width = 40;
    for (const QString &line : table.model()->headerData(column, Qt::Horizontal).toString().split(u'\n'))
        width = std::max(width, table.horizontalHeader()->fontMetrics().horizontalAdvance(line) + 2 * headMargin);
    if (table.horizontalHeader()->sortIndicatorSection() == column)
        width += arrowWidth;
    QStyleOptionViewItem option;
    option.initFrom(&table);
    for (int row = 0; row < table.model()->rowCount(); ++row) {
        const QModelIndex index = table.model()->index(row, column);
        width = std::max(width, table.itemDelegateForIndex(index)->sizeHint(option, index).width());
    }
    return width;
}

QSize ComparisonCell::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    const auto kind = ComparisonModel::Kind(index.data(ComparisonModel::kindRole).toInt());
    const int width = kind == ComparisonModel::Kind::forest ? forestWidth : QFontMetrics(index.data(Qt::FontRole).value<QFont>()).horizontalAdvance(index.data().toString());
    return {width + 2 * sideMargin + 2, size.height() + 6};
}

void ComparisonCell::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Theme &theme = workspace_.theme();
    painter->save();
    if (option.state & QStyle::State_Selected)
        painter->fillRect(option.rect, theme.dark ? QColor(109, 155, 255, 46) : QColor(42, 107, 242, 28));
    painter->setPen(theme.line);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    const QRect cell = option.rect.adjusted(sideMargin, 0, -sideMargin, 0);
    if (index.data(ComparisonModel::forestRole).isValid()) {
        paintForest(*painter, cell, index);
        painter->restore();
        return;
    }
    QFont font = option.font;
    const QFont wanted = index.data(Qt::FontRole).value<QFont>();
    font.setBold(wanted.bold());
    font.setItalic(wanted.italic());
    painter->setFont(font);
    const QString text = index.data().toString();
    const auto alignment = Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt());
    const QColor colour = index.data(Qt::ForegroundRole).value<QColor>();
    const qsizetype split = text.indexOf(QStringLiteral(" ± "));
    if (split < 0) {
        painter->setPen(colour);
        painter->drawText(cell, int(alignment), painter->fontMetrics().elidedText(text, Qt::ElideRight, cell.width()));
    } else {
        QFont plain = font;
        plain.setBold(false);
        const int width = QFontMetrics(plain).horizontalAdvance(text.mid(split));
        painter->setPen(colour);
        painter->drawText(cell.adjusted(0, 0, -width, 0), Qt::AlignRight | Qt::AlignVCenter, text.left(split));
        painter->setFont(plain);
        painter->setPen(theme.quiet);
        painter->drawText(cell, Qt::AlignRight | Qt::AlignVCenter, text.mid(split));
    }
    painter->restore();
}

void ComparisonCell::paintForest(QPainter &painter, const QRectF &cell, const QModelIndex &index) const
{
    const Theme &theme = workspace_.theme();
    const QVariantList numbers = index.data(ComparisonModel::forestRole).toList();
    const double mean = numbers[0].toDouble(), deviation = numbers[1].toDouble(), low = numbers[2].toDouble(), high = numbers[3].toDouble(), sum = numbers[4].toDouble();
    if (!(high > low))
        return;
    const auto x = [&](double value) { return cell.left() + 4 + (cell.width() - 8) * (value - low) / (high - low); };
    // The two lines go through all rows.
    painter.setPen(QPen(theme.quiet, 1));
    painter.drawLine(QPointF(std::round(x(0)) + 0.5, cell.top()), QPointF(std::round(x(0)) + 0.5, cell.bottom()));
    if (!std::isnan(sum)) {
        painter.setPen(QPen(theme.accent, 1, Qt::DashLine));
        painter.drawLine(QPointF(std::round(x(sum)) + 0.5, cell.top()), QPointF(std::round(x(sum)) + 0.5, cell.bottom()));
    }
    if (std::isnan(mean))
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor colour = theme.diverging(mean > 0 ? 1 : mean < 0 ? -1 : 0);
    const QColor dot = mean == 0 ? theme.quiet : colour;
    const double y = cell.center().y();
    if (mean < low) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(dot);
        painter.drawPolygon(QPolygonF({{cell.left(), y}, {cell.left() + 7, y - 4.5}, {cell.left() + 7, y + 4.5}}));
        return;
    }
    if (!std::isnan(deviation) && deviation > 0) {
        painter.setPen(QPen(dot, 2));
        painter.drawLine(QPointF(x(std::max(low, mean - deviation)), y), QPointF(x(mean + deviation), y));
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(dot);
    painter.drawEllipse(QPointF(x(mean), y), 4, 4);
}

} // namespace concord
