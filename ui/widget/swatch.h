#pragma once

#include "core/base/registry.h"
#include "ui/model/theme.h"

#include <QLabel>
#include <QListWidgetItem>
#include <QPixmap>
#include <QStyledItemDelegate>

namespace concord {

/// A small rounded square: a category in the palette, a task in the inspector.
QPixmap swatch(const QColor &colour, int size, qreal pixelRatio);

/// A label of second rank; it follows the palette.
QLabel *quietLabel(const QString &text, QWidget *parent);

constexpr int blockTypeRole = Qt::UserRole + 1; ///< id of the block; empty for headings
constexpr int colourRole = Qt::UserRole + 2;    ///< of the square at the left
constexpr int asideRole = Qt::UserRole + 3;     ///< quiet words at the right

/// One line per block: square, title, quiet words at the right. Headings are quiet and have no square.
class BlockDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

/// A list item for a block, with its tool tip; `aside` shows the category at the right.
QListWidgetItem *blockItem(const Card &card, const Theme &theme, bool aside = true);

} // namespace concord
