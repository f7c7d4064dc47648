#include "ui/widget/swatch.h"

#include <QPainter>

namespace concord {

QPixmap swatch(const QColor &colour, int size, qreal pixelRatio)
{
    QPixmap pixmap(QSize(size, size) * pixelRatio);
    pixmap.setDevicePixelRatio(pixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawRoundedRect(QRectF(0, 0, size, size), 2, 2);
    return pixmap;
}

QLabel *quietLabel(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

QSize BlockDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const bool heading = index.data(blockTypeRole).toString().isEmpty();
    return {option.rect.width(), option.fontMetrics.height() + (heading ? 12 : 8)};
}

void BlockDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool selected = option.state & QStyle::State_Selected;
    const bool hovered = option.state & QStyle::State_MouseOver;
    const bool heading = index.data(blockTypeRole).toString().isEmpty();
    const QRect row = option.rect.adjusted(2, 0, -2, 0);
    const QPalette &colours = option.palette;
    if (!heading && (selected || hovered)) {
        QColor back = colours.color(selected ? QPalette::Highlight : QPalette::Midlight);
        if (!selected)
            back.setAlphaF(0.5f);
        painter->setPen(Qt::NoPen);
        painter->setBrush(back);
        painter->drawRoundedRect(row, 4, 4);
    }
    const QColor text = colours.color(heading ? QPalette::PlaceholderText : selected ? QPalette::HighlightedText : QPalette::Text);
    painter->setFont(option.font);
    painter->setPen(text);
    if (heading) {
        painter->drawText(row.adjusted(6, 4, -6, -2), Qt::AlignLeft | Qt::AlignBottom, index.data().toString());
        painter->restore();
        return;
    }
    painter->setPen(Qt::NoPen);
    painter->setBrush(selected ? text : index.data(colourRole).value<QColor>());
    painter->drawRoundedRect(QRectF(row.left() + 10, row.center().y() - 3.5, 8, 8), 2, 2);
    const QString aside = index.data(asideRole).toString();
    const int room = aside.isEmpty() ? 0 : option.fontMetrics.horizontalAdvance(aside) + 12;
    const QRect title = row.adjusted(26, 0, -8 - room, 0);
    painter->setPen(text);
    painter->drawText(title, Qt::AlignVCenter | Qt::TextSingleLine, option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, title.width()));
    if (!aside.isEmpty()) {
        painter->setPen(selected ? text : colours.color(QPalette::PlaceholderText));
        painter->drawText(row.adjusted(0, 0, -8, 0), Qt::AlignVCenter | Qt::AlignRight, aside);
    }
    painter->restore();
}

QListWidgetItem *blockItem(const Card &card, const Theme &theme, bool aside)
{
    auto *item = new QListWidgetItem(QString::fromStdString(card.title));
    item->setData(blockTypeRole, QString::fromStdString(card.id));
    item->setData(colourRole, theme.category(QString::fromStdString(card.category)));
    if (aside)
        item->setData(asideRole, QString::fromStdString(card.category));
    QString tip = QString::fromStdString(card.summary);
    if (!card.paper.empty())
        tip += u'\n' + QString::fromStdString(card.paper);
    item->setToolTip(tip);
    return item;
}

} // namespace concord
