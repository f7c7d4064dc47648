// The window's menus and tool bar.
#include "ui/window/main_window.h"

#include <QActionGroup>
#include <QApplication>
#include <QFileInfo>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QToolBar>
#include <QToolButton>
#include <QUndoStack>

namespace concord {

void MainWindow::makeMenus()
{
    QMenu *file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("New project …"), QKeySequence::New, this, &MainWindow::newProject);
    file->addAction(tr("New from example …"), QKeySequence(tr("Ctrl+Shift+N")), this, &MainWindow::newFromExample);
    file->addAction(tr("Open …"), QKeySequence::Open, this, [this] { openFile({}); });
    QMenu *recent = file->addMenu(tr("Recent projects"));
    connect(recent, &QMenu::aboutToShow, this, [this, recent] { fillRecentMenu(recent); });
    file->addSeparator();
    file->addAction(tr("Save experiment as …"), QKeySequence::Save, this, &MainWindow::saveExperimentAs);
    file->addAction(tr("Export model …"), QKeySequence(tr("Ctrl+E")), this, &MainWindow::exportModel)->setObjectName(QStringLiteral("exportAction"));
    file->addAction(tr("Save report …"), this, &MainWindow::saveReport);
    file->addSeparator();
    file->addAction(tr("Quit"), QKeySequence::Quit, this, &QWidget::close);

    QMenu *edit = menuBar()->addMenu(tr("&Edit"));
    QAction *undo = workspace_.document.undoStack()->createUndoAction(this, tr("Undo"));
    undo->setShortcut(QKeySequence::Undo);
    QAction *redo = workspace_.document.undoStack()->createRedoAction(this, tr("Redo"));
    redo->setShortcuts({QKeySequence::Redo, QKeySequence(tr("Ctrl+Y"))});
    edit->addActions({undo, redo});
    edit->addSeparator();
    edit->addAction(tr("Search actions and blocks …"), QKeySequence(tr("Ctrl+K")), this, &MainWindow::searchActions);

    QMenu *view = menuBar()->addMenu(tr("&View"));
    modeActions_ = new QActionGroup(this);
    const std::pair<QString, Mode> modes[] = {{tr("Design"), Mode::design}, {tr("Train"), Mode::train}};
    int number = 1;
    for (const auto &[name, mode] : modes) {
        QAction *action = view->addAction(name, QKeySequence(tr("Ctrl+%1").arg(number++)), this, [this, mode = mode] { setMode(mode); });
        action->setCheckable(true);
        modeActions_->addAction(action);
    }
    view->addSeparator();
    view->addMenu(makeThemeMenu());
    QMenu *panels = view->addMenu(tr("Panels"));
    for (Dock *dock : docks_)
        panels->addAction(dock->toggleViewAction());
    view->addAction(tr("Reset layout"), this, &MainWindow::resetLayout);

    QMenu *graph = menuBar()->addMenu(tr("&Graph"));
    for (Dock *dock : docks_)
        (dock->objectName() == u"canvas" ? graph : view)->addActions(dock->panel()->menuActions());

    QMenu *run = menuBar()->addMenu(tr("&Run"));
    runAction_ = run->addAction(tr("Run"), QKeySequence(tr("Ctrl+R")), this, &MainWindow::run);
    runAction_->setObjectName(QStringLiteral("runAction"));
    pauseAction_ = run->addAction(tr("Pause"), QKeySequence(tr("Ctrl+P")), this, &MainWindow::togglePause);
    pauseAction_->setObjectName(QStringLiteral("pauseAction"));
    stopAction_ = run->addAction(tr("Stop, keep checkpoint"), QKeySequence(tr("Ctrl+.")), this, &MainWindow::stopRun);
    stopAction_->setObjectName(QStringLiteral("stopAction"));

    projectLabel_ = new QLabel(menuBar());
    projectLabel_->setObjectName(QStringLiteral("projectLabel"));
    projectLabel_->setContentsMargins(8, 0, 12, 0);
    menuBar()->setCornerWidget(projectLabel_);

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("About Concord"), this, [this] {
        QMessageBox::about(this, tr("About Concord"), tr("<b>Concord</b> %1<br>Workbench for multi-task deep learning.<br>GPL-3.0-or-later.").arg(QApplication::applicationVersion()));
    });
}

QMenu *MainWindow::makeThemeMenu()
{
    auto *menu = new QMenu(tr("Theme"), this);
    auto *group = new QActionGroup(menu);
    const QString current = QSettings().value(QStringLiteral("theme"), QStringLiteral("system")).toString();
    const bool systemDark = workspace_.theme().dark;
    const std::pair<QString, QString> themes[] = {{QStringLiteral("system"), tr("System")}, {QStringLiteral("light"), tr("Light")}, {QStringLiteral("dark"), tr("Dark")}};
    for (const auto &[id, name] : themes) {
        QAction *action = menu->addAction(name, this, [this, id = id, systemDark] {
            QSettings().setValue(QStringLiteral("theme"), id);
            workspace_.setTheme(id == u"dark" || (id == u"system" && systemDark) ? Theme::darkTheme() : Theme::light());
        });
        action->setObjectName(QStringLiteral("theme_") + id);
        action->setCheckable(true);
        action->setChecked(id == current);
        group->addAction(action);
    }
    return menu;
}

void MainWindow::fillRecentMenu(QMenu *menu)
{
    menu->clear();
    for (const QString &file : QSettings().value(QStringLiteral("recent")).toStringList())
        if (QFileInfo::exists(file))
            menu->addAction(QFileInfo(file).fileName() + QStringLiteral("  ") + QFileInfo(file).path(), this, [this, file] { openFile(file); });
    if (menu->isEmpty())
        menu->addAction(tr("No project yet"))->setEnabled(false);
}

void MainWindow::makeToolBar()
{
    QToolBar *bar = addToolBar(tr("Main"));
    bar->setObjectName(QStringLiteral("mainToolBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    const auto button = [bar](QAction *action, const QString &name) {
        auto *tool = new QToolButton(bar);
        tool->setDefaultAction(action);
        tool->setObjectName(name);
        bar->addWidget(tool);
        return tool;
    };
    button(modeActions_->actions().at(0), QStringLiteral("designButton"));
    button(modeActions_->actions().at(1), QStringLiteral("trainButton"));
    auto *gap = new QWidget(bar);
    gap->setFixedWidth(16);
    bar->addWidget(gap);
    button(runAction_, QStringLiteral("runButton"))->setProperty("primary", true);
    button(pauseAction_, QStringLiteral("pauseButton"));
    button(stopAction_, QStringLiteral("stopButton"));
    runAction_->setIconText(tr("▶ Run"));
    stopAction_->setIconText(tr("■ Stop"));
    auto *stretch = new QWidget(bar);
    stretch->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(stretch);
    auto *search = new QToolButton(bar);
    search->setObjectName(QStringLiteral("searchButton"));
    search->setText(tr("Search actions, blocks …   Ctrl+K"));
    connect(search, &QToolButton::clicked, this, &MainWindow::searchActions);
    bar->addWidget(search);
}

} // namespace concord
