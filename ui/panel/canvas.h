#pragma once

#include "ui/panel/panel.h"

class QLabel;
class QToolButton;

namespace concord {

class GraphView;

/// The task graph in the middle of the window.
class CanvasPanel : public Panel
{
    Q_OBJECT

public:
    explicit CanvasPanel(Workspace &workspace);

    QWidget *headerControls() override;
    QList<QAction *> menuActions() override;
    GraphView *view() const { return view_; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void refresh();
    void placeHint();

    GraphView *view_;
    QLabel *hint_;
    QToolButton *recipes_; ///< below the hint
};

} // namespace concord
