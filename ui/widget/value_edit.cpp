#include "ui/widget/value_edit.h"

#include <QPainter>

namespace concord {

UnitEdit::UnitEdit(const QString &unit, QWidget *parent)
    : QLineEdit(parent)
    , unit_(unit)
{
    if (!unit_.isEmpty())
        setTextMargins(0, 0, fontMetrics().horizontalAdvance(unit_) + 4, 0);
}

void UnitEdit::paintEvent(QPaintEvent *event)
{
    QLineEdit::paintEvent(event);
    if (unit_.isEmpty())
        return;
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(rect().adjusted(0, 0, -8, 0), Qt::AlignVCenter | Qt::AlignRight, unit_);
}

ChoiceBox::ChoiceBox(QWidget *parent)
    : QComboBox(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizeAdjustPolicy(AdjustToMinimumContentsLengthWithIcon);
}

} // namespace concord
