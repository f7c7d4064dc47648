#include "ui/widget/fidelity_badge.h"

#include <QFontMetricsF>
#include <QPainter>

namespace concord {

FidelityBadge::FidelityBadge(QWidget *parent)
    : QLabel(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void FidelityBadge::show(const QString &fidelity, const Theme &theme)
{
    const QColor ink = colour(fidelity, theme);
    QColor tint = ink;
    tint.setAlphaF(0.12f);
    setText(fidelity);
    setToolTip(meaning(fidelity));
    setAccessibleName(tr("Fidelity: %1").arg(fidelity));
    setStyleSheet(
        QStringLiteral("color: %1; background: %2; border: 1px solid %1; border-radius: 9px; padding: 1px 8px;").arg(ink.name(), tint.name(QColor::HexArgb)));
}

double FidelityBadge::paint(QPainter &painter, const QString &fidelity, const QColor &colour, double right, double y)
{
    QFont font = painter.font();
    font.setPixelSize(10);
    const QFontMetricsF metrics(font);
    QRectF pill(0, 0, metrics.horizontalAdvance(fidelity) + 12, 16);
    pill.moveRight(right);
    pill.moveTop(y - 8);
    painter.save();
    painter.setFont(font);
    painter.setPen(QPen(colour, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), 7.5, 7.5);
    painter.drawText(pill, Qt::AlignCenter, fidelity);
    painter.restore();
    return pill.left();
}

QColor FidelityBadge::colour(const QString &fidelity, const Theme &theme)
{
    if (fidelity == u"exact")
        return theme.good;
    if (fidelity == u"exact algorithm, toy data")
        return theme.accent;
    return fidelity == u"reduced architecture" ? theme.warning : theme.quiet;
}

QString FidelityBadge::meaning(const QString &fidelity)
{
    if (fidelity == u"exact")
        return tr("As in the paper");
    if (fidelity == u"exact algorithm, toy data")
        return tr("The paper's algorithm; its data were replaced by small ones");
    if (fidelity == u"reduced architecture")
        return tr("The paper's mechanism in a smaller network; the third sentence says what was replaced");
    return tr("Has the idea of the paper, not its parts; the third sentence says what was replaced");
}

} // namespace concord
