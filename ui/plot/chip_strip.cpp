#include "ui/plot/chip_strip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace concord {

ChipStrip::ChipStrip(QWidget *parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Legend"));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void ChipStrip::setTheme(const Theme &theme)
{
    theme_ = theme;
    update();
}

void ChipStrip::setChips(const std::vector<Chip> &chips)
{
    if (chips == chips_)
        return;
    chips_ = chips;
    current_ = std::clamp(current_, 0, std::max(0, int(chips_.size()) - 1));
    updateGeometry();
    update();
}

std::vector<QRect> ChipStrip::rects(int width) const
{
    std::vector<QRect> rects;
    const int height = fontMetrics().height() + 4;
    int x = 0;
    int y = 0;
    for (const Chip &chip : chips_) {
        const int wide = std::min(fontMetrics().horizontalAdvance(chip.label) + 24, 260);
        if (x > 0 && x + wide > width) {
            x = 0;
            y += height;
        }
        rects.emplace_back(x, y, wide, height);
        x += wide + 4;
    }
    return rects;
}

QRect ChipStrip::chipRect(int index) const
{
    const std::vector<QRect> all = rects(width());
    return index >= 0 && index < int(all.size()) ? all[std::size_t(index)] : QRect();
}

int ChipStrip::heightForWidth(int width) const
{
    const std::vector<QRect> all = rects(width);
    // Forty tasks must not push the plot away: three lines, the rest is in the value table.
    return all.empty() ? 0 : std::min(all.back().bottom() + 1, 3 * (fontMetrics().height() + 4));
}

QSize ChipStrip::sizeHint() const
{
    return {200, heightForWidth(std::max(width(), 200))};
}

QSize ChipStrip::minimumSizeHint() const
{
    return {40, chips_.empty() ? 0 : fontMetrics().height() + 4};
}

int ChipStrip::chipAt(const QPoint &at) const
{
    const std::vector<QRect> all = rects(width());
    const auto it = std::ranges::find_if(all, [&](const QRect &rect) { return rect.contains(at); });
    return it == all.end() ? -1 : int(it - all.begin());
}

void ChipStrip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const std::vector<QRect> all = rects(width());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Chip &chip = chips_[i];
        const QRectF square(all[i].left() + 4, all[i].center().y() - 4, 9, 9);
        painter.setPen(QPen(chip.on ? chip.colour : theme_.quiet, 1.2));
        painter.setBrush(chip.on && !chip.hollow ? QBrush(chip.colour) : Qt::NoBrush);
        painter.drawRoundedRect(square, 2, 2);
        painter.setPen(chip.on ? theme_.text : theme_.quiet);
        QFont font = this->font();
        font.setStrikeOut(!chip.on);
        painter.setFont(font);
        const QRect text = all[i].adjusted(18, 0, -2, 0);
        painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft, fontMetrics().elidedText(chip.label, Qt::ElideRight, text.width()));
        if (hasFocus() && int(i) == current_) {
            painter.setPen(theme_.accent);
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(QRectF(all[i]).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        }
    }
}

void ChipStrip::mousePressEvent(QMouseEvent *event)
{
    if (const int chip = chipAt(event->position().toPoint()); chip >= 0) {
        current_ = chip;
        Q_EMIT toggled(chip);
    }
}

void ChipStrip::keyPressEvent(QKeyEvent *event)
{
    const int last = int(chips_.size()) - 1;
    if (event->key() == Qt::Key_Right || event->key() == Qt::Key_Down)
        current_ = std::min(last, current_ + 1);
    else if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Up)
        current_ = std::max(0, current_ - 1);
    else if ((event->key() == Qt::Key_Space || event->key() == Qt::Key_Return) && last >= 0)
        Q_EMIT toggled(current_);
    else
        return QWidget::keyPressEvent(event);
    update();
}

bool ChipStrip::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    if (const int chip = chipAt(help->pos()); chip >= 0)
        QToolTip::showText(help->globalPos(), tr("%1: click to hide or show").arg(chips_[std::size_t(chip)].label), this);
    return true;
}

} // namespace concord
