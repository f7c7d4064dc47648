#pragma once

#include "ui/job/workspace.h"
#include "ui/window/layouts.h"

#include <QMainWindow>
#include <QTimer>

class QActionGroup;
class QLabel;
class QMenu;
class QToolButton;

namespace concord {

/// Docks, menus, tool bar, status bar; opens projects. Knows panels by their registry only, and routes no data.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    explicit MainWindow(QWidget *parent = nullptr);
    ~MainWindow() override;

    Workspace &workspace() { return workspace_; }

    /// A project (.concord; made when it is not there) or an experiment (.json). Problems are shown in the status bar.
    void openFile(const QString &file);
    /// The last project, or a new one with the first example.
    void openLast();
    void setMode(Mode mode);
    Mode mode() const { return mode_; }

protected:
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    void makeDocks();
    void makeMenus();
    void makeToolBar();
    void makeStatusBar();
    QMenu *makeThemeMenu();
    QToolButton *makeDeviceButton(QWidget *parent);
    void fillRecentMenu(QMenu *menu);

    bool openProject(const QString &file, bool create);
    void openExperiment(const QString &file);
    void newProject();
    void newFromExample();
    void saveExperimentAs();
    void exportModel();
    void saveReport();
    void searchActions();

    void run();
    void togglePause();
    void stopRun();
    void refreshRunActions();
    void refreshStatus();
    void applyTheme();
    void resetLayout();
    void storeLayout();
    void saveDraftSoon();
    void saveDraftNow();
    void say(const QString &sentence);

    Workspace workspace_;
    Docks docks_;
    Mode mode_ = Mode::design;
    bool shown_ = false;
    bool wasEdited_ = false;   ///< since the draft was saved
    bool isClosing_ = false;   ///< waits for the run to write its checkpoint
    QAction *runAction_ = nullptr;
    QAction *pauseAction_ = nullptr;
    QAction *stopAction_ = nullptr;
    QActionGroup *modeActions_ = nullptr;
    QLabel *stateLabel_ = nullptr;
    QLabel *savedLabel_ = nullptr;
    QLabel *projectLabel_ = nullptr;
    QLabel *machineLabel_ = nullptr;
    QTimer draftTimer_;
    QTimer statusTimer_;
};

} // namespace concord
