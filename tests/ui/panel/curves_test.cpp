#include "tests/ui/panel/panel_fixture.h"
#include "ui/plot/curve_plot.h"
#include "ui/window/dock.h"

#include <QApplication>
#include <QDir>
#include <QMainWindow>
#include <QMenu>
#include <QSignalSpy>
#include <QToolButton>

#include <algorithm>

namespace concord::test {

class CurvesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture fixture(false);
        fixture.open("curves");
        QVERIFY(fixture.showsWords());
    }

    void drawsTheLossesOfTheShownRuns()
    {
        PanelFixture fixture;
        QCOMPARE(fixture.problem, QString());
        Panel *panel = fixture.open("curves");
        QTRY_VERIFY(fixture.isLoaded());
        auto *plot = panel->findChild<CurvePlot *>(QStringLiteral("curvePlot"));
        QTRY_COMPARE(plot->rowsAt(600).size(), std::size_t(3));
        QVERIFY(!fixture.showsWords());
        QCOMPARE(plot->rowsAt(600)[0].label, QStringLiteral("segmentation"));
        fixture.workspace.showRuns({1, 2});
        QTRY_COMPARE(plot->rowsAt(600).size(), std::size_t(6));
        QCOMPARE(plot->rowsAt(600)[5].run, 1);
        QVERIFY(plot->rowsAt(600)[5].label.contains(QStringLiteral("equal")));
        // The legend of a deleted run goes with it.
        fixture.workspace.showRuns({2});
        QTRY_COMPARE(plot->rowsAt(600).size(), std::size_t(3));
        fixture.workspace.showRuns({});
        QTRY_VERIFY(fixture.showsWords());
    }

    void cursorGoesBothWays()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("curves");
        QTRY_VERIFY(fixture.isLoaded());
        auto *plot = panel->findChild<CurvePlot *>(QStringLiteral("curvePlot"));
        QTRY_COMPARE(plot->rowsAt(600).size(), std::size_t(3));
        Q_EMIT plot->surface()->clicked(123.2);
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(123));
        Q_EMIT plot->surface()->doubleClicked();
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(-1));
    }

    void otherGroupsAreOneChoiceAway()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("curves");
        QTRY_VERIFY(fixture.isLoaded());
        auto *plot = panel->findChild<CurvePlot *>(QStringLiteral("curvePlot"));
        QTRY_VERIFY(!plot->rowsAt(600).empty());
        QStringList titles;
        QAction *depth = nullptr;
        for (const QMenu *menu : panel->findChildren<QMenu *>())
            for (QAction *action : menu->actions()) {
                titles += action->text();
                if (action->text() == QStringLiteral("Validation abs"))
                    depth = action;
            }
        QVERIFY2(titles.contains(QStringLiteral("Validation mIoU")) && titles.contains(QStringLiteral("Task weights")) && titles.contains(QStringLiteral("Learning rate")), qPrintable(titles.join(u' ')));
        QVERIFY(depth);
        depth->trigger();
        QCOMPARE(plot->rowsAt(600).size(), std::size_t(1));
        QCOMPARE(plot->rowsAt(600)[0].step, std::int64_t(600));
        QVERIFY(plot->surface()->yRange().high >= 1.1);   // the best constant predictor is in view
    }

    void aHiddenPanelDoesNoWork()
    {
        PanelFixture fixture;
        const std::unique_ptr<Panel> panel(PanelRegistry::instance().find("curves")->make()->create(fixture.workspace));
        RunData *data = fixture.workspace.currentData();
        QTRY_VERIFY(fixture.isLoaded());
        const std::vector<RunEvent> events = {ScalarEvent{"loss/depth", 601, 80, 0.3}};
        data->append(events);
        auto *plot = panel->findChild<CurvePlot *>(QStringLiteral("curvePlot"));
        QVERIFY(plot->rowsAt(1e9).empty());
        panel->show();
        QCOMPARE(plot->rowsAt(1e9)[1].step, std::int64_t(601));
    }

    /// For the eye: CONCORD_SHOTS=folder writes what the panels of the Train layout look like.
    void picturesForTheEye()
    {
        const QString folder = qEnvironmentVariable("CONCORD_SHOTS");
        if (folder.isEmpty())
            QSKIP("set CONCORD_SHOTS to a folder to get pictures");
        QDir().mkpath(folder);
        for (const Theme &theme : {Theme::light(), Theme::darkTheme()}) {
            const QString suffix = theme.dark ? QStringLiteral("-dark.png") : QStringLiteral("-light.png");
            QFont font(QStringLiteral("Inter"));
            font.setPixelSize(12);
            qApp->setFont(font);
            qApp->setPalette(theme.palette());
            const QString sheet = theme.styleSheet() + QStringLiteral("#dockTitle, #dockBody, #dockPlain { background: %1; border: 1px solid %2; } #dockInfo { color: %3; }").arg(theme.panel.name(), theme.line.name(), theme.quiet.name());
            PanelFixture fixture;
            fixture.workspace.setTheme(theme);
            const auto dock = [&](const char *id, QMainWindow &window, QSize size) {
                const auto *entry = PanelRegistry::instance().find(id);
                auto *made = new Dock(entry->card, entry->make()->create(fixture.workspace), &window);
                window.addDockWidget(Qt::TopDockWidgetArea, made);
                window.resize(size);
                window.show();
            };
            const std::pair<const char *, QSize> panels[] = {{"curves", {912, 380}}, {"river", {912, 200}}, {"conflict", {270, 380}}, {"predictions", {1420, 200}}, {"timeline", {1420, 76}}};
            for (const int round : {0, 1}) {
                QMainWindow windows[5];
                fixture.workspace.showRuns(round ? QList<int>{1, 2} : QList<int>{1});
                fixture.workspace.setCursorStep(round ? 420 : -1);
                for (int i = 0; i < 5; ++i)
                    dock(panels[i].first, windows[i], panels[i].second);
                qApp->setStyleSheet(sheet);
                QTRY_VERIFY(fixture.isLoaded());
                QTest::qWait(600);
                for (int i = 0; i < 5; ++i)
                    windows[i].grab().save(folder + u'/' + QLatin1String(panels[i].first) + QString::number(round) + suffix);
            }
        }
        qApp->setStyleSheet({});
    }
};

CONCORD_TEST(CurvesTest)

} // namespace concord::test

#include "curves_test.moc"
