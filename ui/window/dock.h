#pragma once

#include "ui/panel/panel.h"

#include <QDockWidget>

namespace concord {

/// A panel with its title line: bold title left; facts and controls right; a menu to float or hide it.
class Dock : public QDockWidget
{
    Q_OBJECT

public:
    Dock(const Card &card, Panel *panel, QWidget *parent);

    Panel *panel() const { return panel_; }

private:
    Panel *panel_;
};

} // namespace concord
