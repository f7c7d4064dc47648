#pragma once

#include "ui/job/workspace.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace concord {

/// The project's procedure in two lines: how far it is, with Stop; or how it ended, with "Go on". Hidden while there is none.
class ProcedureStrip : public QWidget
{
    Q_OBJECT

public:
    explicit ProcedureStrip(Workspace &workspace, QWidget *parent = nullptr);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void refresh();
    QString words(const ProcedureProgress &progress) const;

    Workspace &workspace_;
    QLabel *text_;
    QProgressBar *bar_;
    QToolButton *goOn_;
    QToolButton *stop_;
    QToolButton *dismiss_;
};

} // namespace concord
