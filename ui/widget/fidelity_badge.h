#pragma once

#include "ui/model/theme.h"

#include <QLabel>

class QPainter;

namespace concord {

/// How near a card is to its paper, in a word of one colour.
class FidelityBadge : public QLabel
{
    Q_OBJECT

public:
    explicit FidelityBadge(QWidget *parent = nullptr);

    void show(const QString &fidelity, const Theme &theme);

    /// Paints one that ends at `right` and has its middle at `y`; returns its left edge.
    static double paint(QPainter &painter, const QString &fidelity, const QColor &colour, double right, double y);
    static QColor colour(const QString &fidelity, const Theme &theme);
    static QString meaning(const QString &fidelity);
};

} // namespace concord
