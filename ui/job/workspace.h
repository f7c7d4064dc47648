#pragma once

#include "ui/job/project.h"
#include "ui/model/document.h"
#include "ui/model/theme.h"

#include <QList>
#include <QObject>

namespace concord {

/// What the panels share: the document, the project, which runs are shown, the time cursor, the block in focus, the theme.
/// Panels talk to each other through it only.
class Workspace : public QObject
{
    Q_OBJECT

public:
    explicit Workspace(QObject *parent = nullptr);

    ExperimentDocument document;
    Project project;

    const Theme &theme() const { return theme_; }
    void setTheme(const Theme &theme);

    /// Runs drawn together in curves; the first is the current one (conflict, predictions, log).
    const QList<int> &shownRuns() const { return shownRuns_; }
    void showRuns(const QList<int> &runs);
    int currentRun() const { return shownRuns_.isEmpty() ? 0 : shownRuns_.first(); }   ///< 0: none
    RunData *currentData();

    /// One cursor for all plots, the conflict matrix and the predictions; −1 = the newest step (follow).
    std::int64_t cursorStep() const { return cursorStep_; }
    void setCursorStep(std::int64_t step);

    /// A block (node id) whose conflict is shown; "" = all shared parameters.
    const QString &focusBlock() const { return focusBlock_; }
    void setFocusBlock(const QString &block);

Q_SIGNALS:
    void themeChanged();
    void shownRunsChanged();
    void cursorStepChanged();
    void focusBlockChanged();

private:
    Theme theme_ = Theme::light();
    QList<int> shownRuns_;
    std::int64_t cursorStep_ = -1;
    QString focusBlock_;
};

} // namespace concord
