#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

namespace concord {

/// The colours of the window: quiet chrome, one accent. Values for light and dark; the same object serves painters and style sheets.
struct Theme
{
    bool dark = false;
    QColor window;       ///< around the panels
    QColor panel;        ///< panel background
    QColor canvas;       ///< the graph's background
    QColor line;         ///< 1-pixel lines
    QColor text;
    QColor quiet;        ///< second-rank text, ≥ 4.5:1 on panel
    QColor accent;       ///< action and selection
    QColor onAccent;
    QColor warning;
    QColor error;
    QColor good;

    static Theme light();
    static Theme darkTheme();

    QPalette palette() const;
    QString styleSheet() const;

    /// A task has one colour everywhere (Okabe–Ito order).
    QColor task(int index) const;
    /// Left edge of a node, square in the palette: by Card::category.
    QColor category(const QString &category) const;
    /// −1 red (conflict) … 0 neutral … +1 blue (agreement).
    QColor diverging(double value) const;
};

} // namespace concord
