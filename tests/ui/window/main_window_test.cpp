#include "tests/support/testing.h"
#include "tests/ui/window/person.h"
#include "ui/window/action_search.h"
#include "ui/window/example_gallery.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QMenuBar>
#include <QStatusBar>
#include <QUrl>

namespace concord::test {

/// The window around the panels: modes, themes, files, closing.
class MainWindowTest : public QObject
{
    Q_OBJECT

private:
    QString path(const char *name) const { return folder_->filePath(QString::fromLatin1(name)); }

    QStringList visibleDocks(const MainWindow &window) const
    {
        QStringList names;
        for (const Dock *dock : window.findChildren<Dock *>())
            if (dock->isVisible())
                names += dock->objectName();
        names.sort();
        return names;
    }

    static QAction *action(const MainWindow &window, const QString &name) { return window.findChild<QAction *>(name); }

    std::unique_ptr<QTemporaryDir> folder_;

private Q_SLOTS:
    void init()
    {
        folder_ = std::make_unique<QTemporaryDir>();
        useSettingsIn(folder_->path());
    }

    void eachModeShowsItsPanelsHoweverOftenItIsChosen()
    {
        const QStringList design = {QStringLiteral("blocks"), QStringLiteral("canvas"), QStringLiteral("inspector"), QStringLiteral("problems")};
        const QStringList train = {QStringLiteral("conflict"), QStringLiteral("curves"), QStringLiteral("experts"), QStringLiteral("log"), QStringLiteral("predictions"), QStringLiteral("river"), QStringLiteral("runs"), QStringLiteral("timeline"), QStringLiteral("what_if")};
        for (int start = 0; start < 2; ++start) {   // the second window has the first one's saved layouts
            MainWindow window;
            window.show();
            for (int i = 0; i < 3; ++i) {
                window.setMode(Mode::design);
                QTRY_COMPARE(visibleDocks(window), design);
                window.setMode(Mode::train);
                QTRY_COMPARE(visibleDocks(window), train);
            }
            window.close();
        }
    }

    void aPanelThatWasHiddenStaysHiddenUntilTheLayoutIsReset()
    {
        MainWindow window;
        window.show();
        window.setMode(Mode::design);
        window.findChild<Dock *>(QStringLiteral("problems"))->toggleViewAction()->trigger();
        window.setMode(Mode::train);
        window.setMode(Mode::design);
        QVERIFY(!visibleDocks(window).contains(QStringLiteral("problems")));
        for (QAction *entry : window.findChildren<QAction *>())
            if (entry->text() == QStringLiteral("Reset layout"))
                entry->trigger();
        QVERIFY(visibleDocks(window).contains(QStringLiteral("problems")));
    }

    void themesChangeAtOnceAndAreRemembered()
    {
        {
            MainWindow window;
            window.show();
            action(window, QStringLiteral("theme_dark"))->trigger();
            QVERIFY(window.workspace().theme().dark);
            QVERIFY(qApp->palette().color(QPalette::Window).lightness() < 128);
            action(window, QStringLiteral("theme_light"))->trigger();
            QVERIFY(qApp->palette().color(QPalette::Window).lightness() > 128);
            action(window, QStringLiteral("theme_dark"))->trigger();
        }
        MainWindow window;
        QVERIFY(window.workspace().theme().dark);
        action(window, QStringLiteral("theme_light"))->trigger();
    }

    void dropsOpenProjectsAndExperiments()
    {
        {
            Project project;
            project.open(path("p.concord"), true);
            project.saveDraft(QString::fromStdString(toJson(tinyExperiment(5))));
        }
        saveExperiment(tinyExperiment(9), path("e.json").toStdString());
        MainWindow window;
        window.show();
        const auto drop = [&](const QString &file) {
            QMimeData data;
            data.setUrls({QUrl::fromLocalFile(file)});
            QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
            QApplication::sendEvent(&window, &enter);
            QVERIFY(enter.isAccepted());
            QDropEvent event({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
            QApplication::sendEvent(&window, &event);
        };
        drop(path("p.concord"));
        QCOMPARE(window.workspace().document.experiment().plan.steps, std::int64_t(5));
        QVERIFY(window.windowTitle().contains(QStringLiteral("p.concord")));
        // An experiment takes the place of the drawn one, and that can be undone.
        drop(path("e.json"));
        QCOMPARE(window.workspace().document.experiment().plan.steps, std::int64_t(9));
        window.workspace().document.undoStack()->undo();
        QCOMPARE(window.workspace().document.experiment().plan.steps, std::int64_t(5));
    }

    void aBadFileIsASentenceAndTheProjectStays()
    {
        MainWindow window;
        window.show();
        window.openFile(path("p.concord"));
        window.findChild<ExampleGallery *>()->reject();
        QFile bad(path("bad.concord"));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("nothing that could be a database, and long enough to have a header that could be looked at if it were one");
        bad.close();
        window.openFile(bad.fileName());
        QVERIFY2(window.statusBar()->currentMessage().contains(QStringLiteral("bad.concord")), qPrintable(window.statusBar()->currentMessage()));
        QCOMPARE(window.workspace().project.file(), path("p.concord"));
        QFile json(path("bad.json"));
        QVERIFY(json.open(QIODevice::WriteOnly));
        json.write("{ \"graph\": ");
        json.close();
        window.openFile(json.fileName());
        QVERIFY2(window.statusBar()->currentMessage().contains(QStringLiteral("bad.json")), qPrintable(window.statusBar()->currentMessage()));
    }

    void editsAreInTheProjectSoonAndAnotherProjectDoesNotGetThem()
    {
        MainWindow window;
        window.show();
        window.openFile(path("a.concord"));
        window.findChild<ExampleGallery *>()->reject();
        window.workspace().document.load(tinyExperiment(3));
        window.workspace().document.addNode(QStringLiteral("conv_stack"), 0, 0);
        const QString expected = QString::fromStdString(toJson(window.workspace().document.experiment()));
        QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(RunStore(path("a.concord").toStdString(), RunStore::Mode::read).draft()), expected, 5000);
        window.openFile(path("b.concord"));
        QVERIFY(window.workspace().document.graph().nodes.empty());
        window.openFile(path("a.concord"));
        QCOMPARE(QString::fromStdString(toJson(window.workspace().document.experiment())), expected);
    }

    void theLastProjectOpensAgainAndIsListed()
    {
        {
            MainWindow window;
            window.openFile(path("a.concord"));
            window.openFile(path("b.concord"));
        }
        MainWindow window;
        window.openLast();
        QCOMPARE(window.workspace().project.file(), path("b.concord"));
        for (QMenu *menu : window.findChildren<QMenu *>())
            if (menu->title() == QStringLiteral("Recent projects")) {
                Q_EMIT menu->aboutToShow();
                QVERIFY(menu->actions().size() >= 2);
                menu->actions().at(1)->trigger();
            }
        QCOMPARE(window.workspace().project.file(), path("a.concord"));
    }

    void theFirstStartOpensTheFirstExample()
    {
        MainWindow window;
        window.openLast();
        QVERIFY(window.workspace().project.file().startsWith(folder_->path()));
        QVERIFY(window.workspace().document.analysis().runnable());
        QCOMPARE(window.mode(), Mode::design);
    }

    void theGalleryPutsItsExampleOnTheCanvas()
    {
        MainWindow window;
        window.show();
        window.openFile(path("a.concord"));
        auto *gallery = window.findChild<ExampleGallery *>();
        QVERIFY(gallery);
        QTest::keyClick(gallery->findChild<QListWidget *>(), Qt::Key_Down);
        QTest::keyClick(gallery->findChild<QListWidget *>(), Qt::Key_Return);
        QTRY_VERIFY(window.workspace().document.analysis().runnable());
        QVERIFY(window.workspace().document.experiment().name != loadExperiment(CONCORD_SOURCE_DIR "/resources/examples/1_scenes_three_tasks.json").name);
    }

    void actionsAndBlocksAreFoundByTheirNames()
    {
        MainWindow window;
        window.show();
        window.openFile(path("a.concord"));
        window.findChild<ExampleGallery *>()->reject();
        const auto choose = [&](const QString &words) {
            window.activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(&window));
            QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
            auto *search = window.findChild<ActionSearch *>();
            QVERIFY(search);
            QTest::keyClicks(search->findChild<QLineEdit *>(), words);
            QTest::keyClick(search->findChild<QLineEdit *>(), Qt::Key_Return);
            QTRY_VERIFY(!window.findChild<ActionSearch *>());
        };
        choose(QStringLiteral("insert aspp"));
        QCOMPARE(window.workspace().document.graph().nodes.size(), std::size_t(1));
        QCOMPARE(window.workspace().document.graph().nodes.front().type, std::string("aspp"));
        choose(QStringLiteral("train"));
        QCOMPARE(window.mode(), Mode::train);
    }

    void deviceAndPrecisionAreOneClickFromRun()
    {
        MainWindow window;
        window.workspace().document.load(tinyExperiment(3));
        auto *button = window.findChild<QToolButton *>(QStringLiteral("deviceButton"));
        QVERIFY(button->text().contains(QStringLiteral("CPU")));
        for (QAction *entry : button->menu()->actions())
            if (entry->text() == QStringLiteral("bfloat16"))
                entry->trigger();
        QCOMPARE(window.workspace().document.experiment().plan.precision, std::string("bfloat16"));
        QVERIFY(button->text().contains(QStringLiteral("bf16")));
        window.workspace().document.undoStack()->undo();
        QVERIFY(button->text().contains(QStringLiteral("fp32")));
    }

    void closingWaitsForTheCheckpointWithoutFreezing()
    {
        MainWindow window;
        window.show();
        window.openFile(path("a.concord"));
        window.findChild<ExampleGallery *>()->reject();
        window.workspace().document.load(endlessExperiment());
        action(window, QStringLiteral("runAction"))->trigger();
        QVERIFY(waitForStep(window.workspace().project, 1, 3));
        QElapsedTimer timer;
        timer.start();
        window.close();
        QVERIFY(timer.elapsed() < 1000);
        QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), 30000);
        QCOMPARE(stateOf(window.workspace().project, 1), std::optional(RunState::stopped));
        QVERIFY(RunStore(path("a.concord").toStdString(), RunStore::Mode::read).checkpoint(1, "last"));
    }

    /// Budget: 1.5 s to a usable window. Printed, as a busy machine says nothing about the program.
    void printsHowLongTheStartTakes()
    {
        QElapsedTimer timer;
        timer.start();
        MainWindow window;
        const qint64 made = timer.elapsed();
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.openLast();
        QCoreApplication::processEvents();
        qInfo("window made in %lld ms, with its project and painted in %lld ms", made, timer.elapsed());
    }
};

CONCORD_TEST(MainWindowTest)

} // namespace concord::test

#include "main_window_test.moc"
