#pragma once

#include <QVBoxLayout>
#include <QWidget>

namespace concord {

/// Gives a panel one scrolling column on the panel's colour; fill it from top to bottom.
QVBoxLayout *addScrollPage(QWidget *panel, const QMargins &margins);

/// Paints the widget's background in the panel's colour.
void fillWithPanelColour(QWidget *widget);

} // namespace concord
