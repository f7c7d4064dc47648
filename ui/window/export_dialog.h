#pragma once

#include "ui/job/workspace.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace concord {

/// Run, format and file; shows how far the written file is from the live model.
class ExportDialog : public QDialog
{
    Q_OBJECT

public:
    ExportDialog(Workspace &workspace, QWidget *parent);

private:
    void suggestFile();
    void write();

    Workspace &workspace_;
    QComboBox *run_;
    QComboBox *format_;
    QLineEdit *file_;
    QPushButton *write_;
    QLabel *outcome_;
};

} // namespace concord
