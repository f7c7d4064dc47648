#include "ui/plot/task_facts.h"

#include "ui/plot/number_text.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace concord {

TaskFacts::TaskFacts(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void TaskFacts::setTheme(const Theme &theme)
{
    theme_ = theme;
    update();
}

void TaskFacts::setRows(std::vector<Row> rows)
{
    if (rows.size() != rows_.size())
        updateGeometry();
    rows_ = std::move(rows);
    update();
}

QSize TaskFacts::sizeHint() const
{
    return {200, int(std::min<std::size_t>(rows_.size() + 1, 13)) * (fontMetrics().height() + 4)};
}

void TaskFacts::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int line = fontMetrics().height() + 4;
    const bool weights = std::ranges::any_of(rows_, [](const Row &row) { return std::isfinite(row.weight); });
    const int number = fontMetrics().horizontalAdvance(QStringLiteral("0.0000")) + 8;
    const int weightLeft = width() - (weights ? number : 0);
    const int normLeft = weightLeft - number;
    const int nameWidth = std::min(width() / 3, 110);
    painter.setPen(theme_.quiet);
    painter.drawText(QRect(0, 0, normLeft + number, line), Qt::AlignRight | Qt::AlignVCenter, tr("gradient norm"));
    if (weights)
        painter.drawText(QRect(weightLeft, 0, number, line), Qt::AlignRight | Qt::AlignVCenter, tr("weight"));
    double largest = 0;
    for (const Row &row : rows_)
        largest = std::max(largest, std::isfinite(row.norm) ? row.norm : 0);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Row &row = rows_[i];
        const int top = int(i + 1) * line;
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme_.task(int(i)));
        painter.drawRoundedRect(QRectF(1, top + line / 2.0 - 4, 8, 8), 2, 2);
        const double room = normLeft - nameWidth - 8;
        if (room > 12 && largest > 0 && std::isfinite(row.norm)) {
            painter.setOpacity(0.85);
            painter.drawRoundedRect(QRectF(nameWidth + 4, top + line / 2.0 - 2.5, std::max(1.0, room * row.norm / largest), 5), 2, 2);
            painter.setOpacity(1);
        }
        painter.setPen(theme_.text);
        painter.drawText(QRect(15, top, nameWidth - 15, line), Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(row.name, Qt::ElideRight, nameWidth - 15));
        painter.drawText(QRect(normLeft, top, number, line), Qt::AlignRight | Qt::AlignVCenter, shortNumber(row.norm, 3));
        if (weights)
            painter.drawText(QRect(weightLeft, top, number, line), Qt::AlignRight | Qt::AlignVCenter, shortNumber(row.weight, 3));
    }
}

} // namespace concord
