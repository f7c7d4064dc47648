#pragma once

#include "ui/model/document.h"
#include "ui/model/theme.h"

#include <QWidget>

class QLineEdit;
class QPlainTextEdit;

namespace concord {

class FactList;
class PlanForm;

/// The inspector without a selection: the experiment itself and how it is trained.
class ExperimentPage : public QWidget
{
    Q_OBJECT

public:
    explicit ExperimentPage(ExperimentDocument &document, QWidget *parent = nullptr);

    void show(const Theme &theme);
    QLineEdit *nameField() const { return name_; }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void takeDescription();

    ExperimentDocument &document_;
    QLineEdit *name_;
    QPlainTextEdit *description_;
    FactList *facts_;
    PlanForm *plan_;
};

} // namespace concord
