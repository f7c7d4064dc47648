#pragma once

#include "tests/ui/panel/synthetic_run.h"
#include "tests/support/testing.h"
#include "ui/panel/panel.h"

#include <QFile>
#include <QTemporaryDir>

#include <memory>

namespace concord::test {

/// A window's worth of shared state with a project that holds finished runs. Rendering takes a moment: the file is made once and copied.
class PanelFixture
{
public:
    explicit PanelFixture(bool withRun = true)
    {
        if (!withRun)
            return;
        static const QTemporaryDir made;
        const QString source = made.filePath(QStringLiteral("made.concord"));
        if (!QFile::exists(source)) {
            writeSyntheticRun(source.toStdString());
            writeSyntheticRun(source.toStdString(), "equal", 1.15);
        }
        const QString file = folder_.filePath(QStringLiteral("runs.concord"));
        QFile::copy(source, file);
        problem = workspace.project.open(file, false);
        workspace.showRuns({1});
    }

    /// The panel with its header's controls, as a dock would show it.
    Panel *open(const char *id, QSize size = {900, 340})
    {
        panel_.reset(PanelRegistry::instance().find(id)->make()->create(workspace));
        controls_.reset(panel_->headerControls());
        panel_->resize(size);
        panel_->show();
        return panel_.get();
    }
    QWidget *controls() const { return controls_.get(); }

    /// True when its words for "nothing here yet" are to be seen.
    bool showsWords() const
    {
        const QWidget *words = panel_->findChild<QWidget *>(QStringLiteral("emptyWords"));
        return words && words->isVisible();
    }

    bool isLoaded() { return workspace.currentData() && workspace.currentData()->series(QStringLiteral("lr")); }

    QTemporaryDir folder_;
    Workspace workspace;
    QString problem;

private:
    std::unique_ptr<Panel> panel_;
    std::unique_ptr<QWidget> controls_;
};

} // namespace concord::test
