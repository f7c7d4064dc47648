// The window's menus and tool bar.
#include "ui/window/main_window.h"

#include "ui/window/recipe_browser.h"

#include <QActionGroup>
#include <QApplication>
#include <QFileInfo>
#include <QHBoxLayout>
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
    // The canvas and the gallery of examples find it by its name.
    file->addAction(tr("New from recipe …"), QKeySequence(tr("Ctrl+Shift+N")), this, [this] {
        auto *browser = new RecipeBrowser(workspace_, this);
        connect(browser, &QDialog::accepted, this, [this] {
            setMode(Mode::design);
            docks_.value(QStringLiteral("canvas"))->panel()->setFocus();
        });
        connect(browser, &RecipeBrowser::inserted, findChild<QAction *>(QStringLiteral("graph.fitSelection")), &QAction::trigger);
        browser->open();
    })->setObjectName(QStringLiteral("newFromRecipe"));
    file->addAction(tr("New from example …"), QKeySequence(tr("Ctrl+Alt+N")), this, &MainWindow::newFromExample);
    file->addAction(tr("Open …"), QKeySequence::Open, this, [this] { openFile({}); });
    QMenu *recent = file->addMenu(tr("Recent projects"));
    connect(recent, &QMenu::aboutToShow, this, [this, recent] { fillRecentMenu(recent); });
    file->addSeparator();
    file->addAction(tr("Save experiment as …"), QKeySequence::Save, this, &MainWindow::saveExperimentAs);
    file->addAction(tr("Export model …"), QKeySequence(tr("Ctrl+E")), this, &MainWindow::exportModel)->setObjectName(QStringLiteral("exportAction"));
    file->addAction(tr("Save report …"), this, &MainWindow::saveReport);
    file->addSeparator();
    file->addAction(tr("Quit"), QKeySequence(tr("Ctrl+Q")), this, &QWidget::close);

    QMenu *edit = menuBar()->addMenu(tr("&Edit"));
    QAction *undo = workspace_.document.undoStack()->createUndoAction(this, tr("Undo"));
    undo->setShortcut(QKeySequence::Undo);
    QAction *redo = workspace_.document.undoStack()->createRedoAction(this, tr("Redo"));
    redo->setShortcuts({QKeySequence(tr("Ctrl+Shift+Z")), QKeySequence(tr("Ctrl+Y"))});   // the platforms differ in which one they know
    edit->addActions({undo, redo});
    edit->addSeparator();
    edit->addAction(tr("Search actions and blocks …"), QKeySequence(tr("Ctrl+K")), this, &MainWindow::searchActions);

    QMenu *view = menuBar()->addMenu(tr("&View"));
    modeActions_ = new QActionGroup(this);
    const std::pair<QString, Mode> modes[] = {{tr("Design"), Mode::design}, {tr("Train"), Mode::train}, {tr("Compare"), Mode::compare}};
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
        if (dock->objectName() != u"compare")
            (dock->objectName() == u"canvas" ? graph : view)->addActions(dock->panel()->menuActions());

    QMenu *run = menuBar()->addMenu(tr("&Run"));
    runAction_ = run->addAction(tr("Run"), QKeySequence(tr("Ctrl+R")), this, &MainWindow::run);
    runAction_->setObjectName(QStringLiteral("runAction"));
    pauseAction_ = run->addAction(tr("Pause"), QKeySequence(tr("Ctrl+P")), this, &MainWindow::togglePause);
    pauseAction_->setObjectName(QStringLiteral("pauseAction"));
    stopAction_ = run->addAction(tr("Stop, keep checkpoint"), QKeySequence(tr("Ctrl+.")), this, &MainWindow::stopRun);
    stopAction_->setObjectName(QStringLiteral("stopAction"));
    if (Dock *compare = docks_.value(QStringLiteral("compare"))) {
        run->addSeparator();
        for (QAction *action : compare->panel()->menuActions()) {
            run->addAction(action);
            connect(action, &QAction::triggered, this, [this] { setMode(Mode::compare); });   // where its table comes up
        }
    }

    projectLabel_ = new QLabel(menuBar());
    projectLabel_->setObjectName(QStringLiteral("projectLabel"));
    projectLabel_->setContentsMargins(8, 0, 12, 0);
    projectLabel_->setAlignment(Qt::AlignVCenter | Qt::AlignRight);
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
        return tool;
    };
    auto *modes = new QWidget(bar);
    auto *segments = new QHBoxLayout(modes);
    segments->setContentsMargins(0, 0, 16, 0);
    segments->setSpacing(0);
    QToolButton *design = button(modeActions_->actions().at(0), QStringLiteral("designButton"));
    design->setProperty("segment", "first");
    segments->addWidget(design);
    QToolButton *train = button(modeActions_->actions().at(1), QStringLiteral("trainButton"));
    train->setProperty("segment", "middle");
    segments->addWidget(train);
    QToolButton *compare = button(modeActions_->actions().at(2), QStringLiteral("compareButton"));
    compare->setProperty("segment", "last");
    segments->addWidget(compare);
    bar->addWidget(modes);
    QToolButton *run = button(runAction_, QStringLiteral("runButton"));
    run->setProperty("primary", true);
    bar->addWidget(run);
    bar->addWidget(button(pauseAction_, QStringLiteral("pauseButton")));
    bar->addWidget(button(stopAction_, QStringLiteral("stopButton")));
    runAction_->setIconText(tr("▶ Run"));
    stopAction_->setIconText(QStringLiteral("■"));
    bar->addWidget(makeDeviceButton(bar));
    auto *stretch = new QWidget(bar);
    stretch->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(stretch);
    auto *search = new QToolButton(bar);
    search->setObjectName(QStringLiteral("searchButton"));
    search->setText(tr("Search actions, blocks …   Ctrl+K"));
    connect(search, &QToolButton::clicked, this, &MainWindow::searchActions);
    bar->addWidget(search);

    // QMainWindow has no margin around its docks: empty tool bars make one.
    addToolBarBreak(Qt::TopToolBarArea);
    for (const Qt::ToolBarArea area : {Qt::TopToolBarArea, Qt::BottomToolBarArea, Qt::LeftToolBarArea, Qt::RightToolBarArea}) {
        auto *margin = new QToolBar(this);
        margin->setObjectName(QStringLiteral("margin%1").arg(int(area)));
        margin->setProperty("margin", true);
        margin->setMovable(false);
        margin->toggleViewAction()->setVisible(false);
        const bool level = area == Qt::TopToolBarArea || area == Qt::BottomToolBarArea;
        level ? margin->setFixedHeight(6) : margin->setFixedWidth(6);
        addToolBar(area, margin);
    }
    setContextMenuPolicy(Qt::NoContextMenu);
}

/// Where and how precisely it will be trained: two of the plan's parameters, as near as the Run button.
QToolButton *MainWindow::makeDeviceButton(QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setObjectName(QStringLiteral("deviceButton"));
    button->setToolTip(tr("Device and precision of the next run"));
    button->setPopupMode(QToolButton::InstantPopup);
    auto *menu = new QMenu(button);
    button->setMenu(menu);
    ExperimentDocument &document = workspace_.document;
    const auto choice = [&document, menu](const QString &text, const std::string &value, std::string Plan::*member) {
        QAction *action = menu->addAction(text, menu, [&document, value, member, text] {
            Plan plan = document.experiment().plan;
            plan.*member = value;
            document.setPlan(tr("Train with %1").arg(text), plan);
        });
        action->setCheckable(true);
        connect(menu, &QMenu::aboutToShow, action, [&document, action, value, member] { action->setChecked(document.experiment().plan.*member == value); });
    };
    choice(tr("CPU"), "cpu", &Plan::device);
    choice(tr("CUDA"), "cuda", &Plan::device);
    menu->addSeparator();
    choice(tr("float32"), "float32", &Plan::precision);
    choice(tr("bfloat16"), "bfloat16", &Plan::precision);
    const auto refresh = [&document, button] {
        const Plan &plan = document.experiment().plan;
        button->setText(tr("Device: %1 · %2 ▾").arg(QString::fromStdString(plan.device).toUpper(), plan.precision == "bfloat16" ? QStringLiteral("bf16") : QStringLiteral("fp32")));
    };
    connect(&document, &ExperimentDocument::changed, button, refresh);
    refresh();
    return button;
}

} // namespace concord
