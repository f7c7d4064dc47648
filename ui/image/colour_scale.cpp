#include "ui/image/colour_scale.h"

#include <QPainter>

namespace concord {

void ColourScale::setTheme(const Theme &theme)
{
    theme_ = theme;
    update();
}

void ColourScale::setRange(const DepthRange &range, const QString &unit)
{
    range_ = range;
    unit_ = unit;
    setToolTip(tr("%1 to %2, for truth and prediction alike").arg(bottomText(), topText()));
    update();
}

QString ColourScale::topText() const
{
    return QStringLiteral("%1 %2").arg(QString::number(range_.high, 'f', range_.high < 10 ? 1 : 0), unit_);
}

QString ColourScale::bottomText() const
{
    return QStringLiteral("%1 %2").arg(QString::number(range_.low, 'f', range_.high < 10 ? 1 : 0), unit_);
}

void ColourScale::paintEvent(QPaintEvent *)
{
    if (range_.isEmpty())
        return;
    QPainter painter(this);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);   // the bar is narrow where the pictures are small
    painter.setFont(small);
    const int line = fontMetrics().height();
    const QRect bar(2, line / 2, 8, std::max(8, height() - 2 * line - 4));
    for (int y = 0; y < bar.height(); ++y)
        painter.fillRect(QRect(bar.left(), bar.top() + y, bar.width(), 1), depthColours()[std::size_t(255 - 255 * y / bar.height())]);
    painter.setPen(theme_.quiet);
    painter.drawText(QPoint(bar.right() + 5, bar.top() + fontMetrics().ascent() - 2), topText());
    painter.drawText(QPoint(bar.right() + 5, bar.bottom() + 1), bottomText());
}

} // namespace concord
