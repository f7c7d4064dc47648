#pragma once

#include "ui/job/workspace.h"

#include <QDialog>
#include <QMap>

class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace concord {

class ParamForm;

/// Procedures to choose from, with their cards and parameters; starts one for the current experiment and says how far it is. Not modal: the
/// graph can be looked at, and closing it stops nothing.
class ProcedureDialog : public QDialog
{
    Q_OBJECT

public:
    ProcedureDialog(Workspace &workspace, QWidget *parent);

    /// The one of the window, made when it is not there.
    static ProcedureDialog *openFor(Workspace &workspace, QWidget *window);

    QListWidget *list() const { return list_; }
    ParamForm *form() const { return form_; }

private:
    void makePages();
    void fillList();
    void showCurrent();
    void showValues();
    void refresh();
    void showSayings();
    void start();
    std::string current() const;
    bool startsFromRun() const;   ///< of the project, not from the graph that is drawn
    QString effort() const;
    QString refusal() const;      ///< why it cannot be started; empty when it can
    ProcedureOrder order() const;

    Workspace &workspace_;
    QMap<QString, ParamMap> values_;   ///< what was set, by procedure
    QListWidget *list_;
    QLabel *card_;
    ParamForm *form_;
    QPushButton *useRun_;
    QLabel *help_;
    QLabel *basis_;
    QSpinBox *steps_;
    QLineEdit *front_;
    QFormLayout *fields_;
    QPlainTextEdit *sayings_;
    QPushButton *start_;
};

} // namespace concord
