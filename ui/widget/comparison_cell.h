#pragma once

#include <QStyledItemDelegate>

class QTableView;

namespace concord {

class Workspace;

/// Cells of a comparison's table: a mean in full and its deviation in quiet letters; Δm of all rows drawn on one axis.
class ComparisonCell : public QStyledItemDelegate
{
public:
    ComparisonCell(const Workspace &workspace, QObject *parent)
        : QStyledItemDelegate(parent)
        , workspace_(workspace)
    {
    }

    /// What a column of the table needs. Qt would keep room for a sorting arrow in every head, and many columns stand side by side.
    static int columnWidth(const QTableView &table, int column);

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    void paintForest(QPainter &painter, const QRectF &cell, const QModelIndex &index) const;

    const Workspace &workspace_;
};

} // namespace concord
