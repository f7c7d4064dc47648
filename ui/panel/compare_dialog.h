#pragma once

#include "core/session/compare.h"
#include "ui/job/workspace.h"

#include <QDialog>
#include <QTimer>

#include <set>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTabBar;

namespace concord {

class CompareProtocol;
class MethodPicker;
class ModelPicker;

/// What is compared: methods, recipes or experiments; how many seeds, how much search; how many runs that is and about how long it takes.
class CompareDialog : public QDialog
{
    Q_OBJECT

public:
    enum Kind { methods, recipes, experiments };

    CompareDialog(Workspace &workspace, QWidget *parent);

    void setKind(Kind kind);
    MethodPicker *picker() const { return picker_; }
    ModelPicker *recipePicker() const { return recipePicker_; }
    ModelPicker *experimentPicker() const { return experimentPicker_; }
    /// Experiment documents as further lines; one that does not suit is listed with the reason.
    void addFiles(const QStringList &files);

Q_SIGNALS:
    void started(const concord::ComparisonSetup &setup);

private:
    struct Estimate;

    Kind kind() const;
    QWidget *makePickers();
    void loadChoices();
    void loadMethods();
    void loadModels(Kind kind);
    void estimate();
    void show(const Estimate &found);
    ComparisonSetup setup() const;   ///< without methods as entrants: these are laid out in a worker
    static void addMethods(ComparisonSetup &setup, const QStringList &specs);   ///< throws Error
    void start();

    Workspace &workspace_;
    const Experiment base_;          ///< as it was when the dialog was opened
    QTabBar *kinds_;
    QStackedWidget *pickers_;
    MethodPicker *picker_;
    ModelPicker *recipePicker_;
    ModelPicker *experimentPicker_;
    std::set<Kind> loaded_;
    QLabel *intro_;
    CompareProtocol *protocol_;
    QLabel *count_;
    QLabel *time_;
    QPushButton *start_;
    QTimer soon_;
    int request_ = 0;
};

} // namespace concord
