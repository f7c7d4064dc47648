#include "ui/window/main_window.h"

#include "core/graph/experiment.h"
#include "ui/panel/panel.h"

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QStatusBar>

namespace concord {

namespace {

constexpr int layoutVersion = 1;

QString layoutKey(Mode mode)
{
    return mode == Mode::design ? QStringLiteral("layout/design") : mode == Mode::train ? QStringLiteral("layout/train") : QStringLiteral("layout/compare");
}

/// Resident memory in MB.
double residentMegabytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toDouble() * 4096 / 1e6;
}

bool systemIsDark()
{
    static const QPalette system = QApplication::palette();
    return system.color(QPalette::Window).lightness() < 128;
}

} // namespace

MainWindow::MainWindow(QWidget *parent)
    : QMainWindow(parent)
{
    systemIsDark();   // remembers the system's palette before ours replaces it
    setWindowTitle(tr("Concord"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    auto *nothing = new QWidget(this);
    nothing->setFixedSize(0, 0);
    setCentralWidget(nothing);
    nothing->hide();

    makeDocks();
    makeMenus();
    makeToolBar();
    makeStatusBar();

    draftTimer_.setSingleShot(true);
    draftTimer_.setInterval(250);
    connect(&draftTimer_, &QTimer::timeout, this, &MainWindow::saveDraftNow);
    statusTimer_.setInterval(500);
    connect(&statusTimer_, &QTimer::timeout, this, &MainWindow::refreshStatus);
    statusTimer_.start();

    connect(&workspace_, &Workspace::themeChanged, this, &MainWindow::applyTheme);
    connect(&workspace_.document, &ExperimentDocument::changed, this, &MainWindow::saveDraftSoon);
    connect(&workspace_.document, &ExperimentDocument::changed, this, &MainWindow::refreshRunActions);
    connect(&workspace_.project, &Project::runsChanged, this, &MainWindow::refreshRunActions);
    connect(&workspace_.project, &Project::message, this, &MainWindow::say);
    connect(&workspace_.project, &Project::runFailed, this, [this](int run, const QString &sentence) { say(tr("Run %1: %2").arg(run).arg(sentence)); });

    QSettings settings;
    const QString theme = settings.value(QStringLiteral("theme"), QStringLiteral("system")).toString();
    const bool dark = theme == u"dark" || (theme == u"system" && systemIsDark());
    workspace_.setTheme(dark ? Theme::darkTheme() : Theme::light());
    // Whole on the screen, frame and title bar included.
    resize(QSize(1440, 900).boundedTo(screen()->availableSize() - QSize(8, 40)));
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    const int mode = settings.value(QStringLiteral("mode")).toInt();
    setMode(mode == 2 ? Mode::compare : mode == 1 ? Mode::train : Mode::design);
    refreshRunActions();
}

MainWindow::~MainWindow()
{
    saveDraftNow();
    // Panels look at the workspace, which is a member: they must go first.
    for (Dock *dock : docks_)
        delete dock;
}

void MainWindow::makeDocks()
{
    for (const auto &[id, entry] : PanelRegistry::instance().entries()) {
        Panel *panel = entry.make()->create(workspace_);
        auto *dock = new Dock(entry.card, panel, this);
        docks_.insert(QString::fromStdString(id), dock);
        addDockWidget(Qt::RightDockWidgetArea, dock);
    }
}

void MainWindow::setMode(Mode mode)
{
    if (shown_ && mode == mode_)
        return;
    if (shown_)
        storeLayout();
    shown_ = true;
    mode_ = mode;
    setUpdatesEnabled(false);
    arrange(*this, docks_, mode);
    restoreState(QSettings().value(layoutKey(mode)).toByteArray(), layoutVersion);
    setUpdatesEnabled(true);
    modeActions_->actions().at(int(mode))->setChecked(true);
    // Space and typing insert blocks at once.
    if (Dock *canvas = docks_.value(QStringLiteral("canvas")); canvas && mode == Mode::design)
        canvas->panel()->setFocus();
}

void MainWindow::storeLayout()
{
    QSettings().setValue(layoutKey(mode_), saveState(layoutVersion));
}

void MainWindow::resetLayout()
{
    QSettings().remove(layoutKey(mode_));
    arrange(*this, docks_, mode_);
}

void MainWindow::applyTheme()
{
    const Theme &theme = workspace_.theme();
    qApp->setPalette(theme.palette());
    QString sheet = theme.styleSheet();
    sheet += QStringLiteral("#dockTitle { background: %1; border: 1px solid %2; border-top-left-radius: 6px; border-top-right-radius: 6px; }"
                            "#dockBody { background: %1; border: 1px solid %2; border-top: none; border-bottom-left-radius: 6px; border-bottom-right-radius: 6px; }"
                            "#dockInfo, #projectLabel, QStatusBar QLabel { color: %3; }"
                            "#dockPlain { background: %1; border: 1px solid %2; border-radius: 6px; }"
                            "#dockBody QPlainTextEdit[readOnly=\"true\"], #dockBody QTextEdit[readOnly=\"true\"] { border: none; }"
                            "QToolButton[quiet=\"true\"]:checked { color: %4; background: transparent; border-color: transparent; font-weight: 600; }"
                            "QStatusBar QLabel { padding: 2px 8px; }"
                            "QToolBar[margin=\"true\"] { background: transparent; border: none; padding: 0; }"
                            "QToolButton[segment=\"first\"] { border-top-right-radius: 0; border-bottom-right-radius: 0; border-right: none; padding: 4px 12px; }"
                            "QToolButton[segment=\"middle\"] { border-radius: 0; border-right: none; padding: 4px 12px; }"
                            "QToolButton[segment=\"last\"] { border-top-left-radius: 0; border-bottom-left-radius: 0; padding: 4px 12px; }")
                 .arg(theme.panel.name(), theme.line.name(), theme.quiet.name(), theme.accent.name());
    qApp->setStyleSheet(sheet);
}

void MainWindow::makeStatusBar()
{
    stateLabel_ = new QLabel(tr("Ready"), this);
    savedLabel_ = new QLabel(this);
    machineLabel_ = new QLabel(this);
    statusBar()->addWidget(stateLabel_);
    statusBar()->addWidget(savedLabel_, 1);
    statusBar()->addPermanentWidget(machineLabel_);
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::refreshStatus()
{
    machineLabel_->setText(tr("%L1 MB").arg(qRound(residentMegabytes())));
    if (isClosing_)
        return;
    const Project::Live live = workspace_.project.live();
    if (workspace_.project.running() && live.total > 0) {
        const int left = int(live.secondsLeft + 0.5);
        stateLabel_->setText(tr("Training run %1 · step %L2 of %L3 · %L4 images/s · %5 ms/step · %6:%7 left")
                                 .arg(live.run).arg(live.step).arg(live.total).arg(qRound(live.imagesPerSecond)).arg(live.msPerStep, 0, 'f', 1)
                                 .arg(left / 60).arg(left % 60, 2, 10, QLatin1Char('0')));
    } else {
        stateLabel_->setText(workspace_.project.running() ? tr("Preparing run %1 …").arg(live.run) : tr("Ready"));
    }
}

void MainWindow::say(const QString &sentence)
{
    statusBar()->showMessage(sentence, 15000);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    saveDraftNow();
    // A run keeps its checkpoint first; the window stays alive meanwhile. Closing once more waits inside.
    if (const std::optional<int> running = workspace_.project.running(); running && !isClosing_) {
        isClosing_ = true;
        workspace_.project.stopAll();
        stateLabel_->setText(tr("Stopping run %1, keeping its checkpoint …").arg(*running));
        connect(&workspace_.project, &Project::runsChanged, this, [this] {
            if (!workspace_.project.running())
                QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
        });
        event->ignore();
        return;
    }
    storeLayout();
    QSettings settings;
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    settings.setValue(QStringLiteral("mode"), int(mode_));
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().first().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    openFile(event->mimeData()->urls().first().toLocalFile());
}

} // namespace concord
