#include "core/session/front.h"
#include "tests/ui/panel/panel_fixture.h"
#include "ui/plot/front_plot.h"

#include <QComboBox>
#include <QLabel>

namespace concord::test {

class FrontPanelTest : public QObject
{
    Q_OBJECT

    static Front sample(const std::string &name)
    {
        Front front{.name = name, .procedure = "weight_sweep",
                    .tasks = {{.name = "segmentation", .metric = "mIoU", .unit = "%"}, {.name = "depth", .metric = "abs", .unit = "m", .higherIsBetter = false}, {.name = "normals", .metric = "mean", .unit = "°", .higherIsBetter = false}},
                    .points = {{.run = 1, .step = 600, .label = "0.2 : 0.4 : 0.4", .losses = {1, 3, 1}, .metrics = {50, 0.3, 20}},
                               {.run = 2, .step = 400, .label = "0.4 : 0.2 : 0.4", .losses = {2, 1, 1}, .metrics = {60, 0.2, 20}},
                               {.run = 2, .step = 600, .label = "worse", .losses = {2, 3, 2}, .metrics = {40, 0.4, 30}}}};
        completeFront(front);
        return front;
    }

    static void save(PanelFixture &fixture, const Front &front) { RunStore(fixture.workspace.project.file().toStdString(), RunStore::Mode::write).saveFront(front); }
    static QComboBox *box(const PanelFixture &fixture, const char *name)
    {
        for (QComboBox *each : fixture.controls()->findChildren<QComboBox *>())
            if (each->accessibleName() == QLatin1String(name))
                return each;
        return nullptr;
    }

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture nothing(false);
        nothing.open("front");
        QVERIFY(nothing.showsWords());
        PanelFixture noFront;
        noFront.open("front");
        QTest::qWait(0);
        QVERIFY(noFront.showsWords());
    }

    void plotsAPairOfTasks()
    {
        PanelFixture fixture;
        save(fixture, sample("sweep"));
        Panel *panel = fixture.open("front");
        auto *plot = panel->findChild<FrontPlot *>(QStringLiteral("frontPlot"));
        QTRY_COMPARE(plot->points().size(), std::size_t(3));
        QCOMPARE(plot->points()[0].x, 1.0);
        QCOMPARE(plot->points()[0].y, 3.0);
        QVERIFY(!plot->points()[0].dominated && plot->points()[2].dominated);
        QVERIFY(plot->points()[0].chosen && !plot->points()[1].chosen);   // run 1 is shown
        QVERIFY2(plot->points()[1].words.contains(QStringLiteral("run 2 equal, step 400")), qPrintable(plot->points()[1].words));
        const QString caption = panel->findChild<QLabel *>(QStringLiteral("dockInfo"))->text();
        QVERIFY2(caption.contains(QStringLiteral("hyper-volume")) && caption.contains(QStringLiteral("2 of 3")), qPrintable(caption));
        // Another pair, and metrics.
        QComboBox *up = box(fixture, "Up");
        up->setCurrentText(QStringLiteral("normals"));
        Q_EMIT up->activated(up->currentIndex());
        QCOMPARE(plot->points()[2].y, 2.0);
        QComboBox *measure = box(fixture, "Measure");
        measure->setCurrentIndex(1);
        Q_EMIT measure->activated(1);
        QCOMPARE(plot->points()[0].x, 50.0);
        QCOMPARE(plot->points()[0].y, 20.0);
    }

    void aClickChoosesRunAndStep()
    {
        PanelFixture fixture;
        save(fixture, sample("sweep"));
        Panel *panel = fixture.open("front");
        auto *plot = panel->findChild<FrontPlot *>(QStringLiteral("frontPlot"));
        QTRY_COMPARE(plot->points().size(), std::size_t(3));
        QTest::mouseClick(plot, Qt::LeftButton, {}, plot->place(std::size_t(1)).toPoint());
        QCOMPARE(fixture.workspace.shownRuns(), QList<int>{2});
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(400));
        QVERIFY(plot->points()[1].chosen && !plot->points()[0].chosen);
    }

    void showsAllFrontsOfTheSameTasksOrOne()
    {
        PanelFixture fixture;
        save(fixture, sample("sweep"));
        save(fixture, sample("second"));
        Front other = sample("two tasks");
        other.tasks.resize(2);
        for (FrontPoint &point : other.points) {
            point.losses.resize(2);
            point.metrics.resize(2);
        }
        save(fixture, other);
        save(fixture, sample("second"));
        Panel *panel = fixture.open("front");
        auto *plot = panel->findChild<FrontPlot *>(QStringLiteral("frontPlot"));
        // The newest decides what is drawn together.
        QTRY_COMPARE(plot->points().size(), std::size_t(3));
        QComboBox *fronts = box(fixture, "Front");
        QCOMPARE(fronts->count(), 4);
        fronts->setCurrentText(QStringLiteral("second"));
        Q_EMIT fronts->activated(fronts->currentIndex());
        QCOMPARE(plot->points().size(), std::size_t(3));
        QCOMPARE(box(fixture, "Up")->count(), 3);
        fronts->setCurrentText(QStringLiteral("two tasks"));
        Q_EMIT fronts->activated(fronts->currentIndex());
        QCOMPARE(box(fixture, "Up")->count(), 2);
    }

    /// Two boxes, 1 × 1 and 0.5 × 1 below their own corners; the second is shown to the first's corner (2, 2): 1.5 × 1.
    void measuresFrontsToOneCorner()
    {
        PanelFixture fixture;
        const auto box = [&](const char *name, double x, std::vector<double> corner) {
            Front front{.name = name, .procedure = "weight_sweep", .tasks = {{.name = "a", .metric = "m"}, {.name = "b", .metric = "m"}}, .reference = std::move(corner),
                        .points = {{.run = 1, .step = 600, .label = "p", .losses = {x, 1}, .metrics = {0, 0}}}};
            completeFront(front);
            save(fixture, front);
        };
        box("wide", 1, {2, 2});
        box("near", 0.5, {1, 2});
        Panel *panel = fixture.open("front");
        QTRY_COMPARE(panel->findChild<FrontPlot *>(QStringLiteral("frontPlot"))->points().size(), std::size_t(2));
        const QString caption = panel->findChild<QLabel *>(QStringLiteral("dockInfo"))->text();
        QVERIFY2(caption.contains(QStringLiteral("wide: hyper-volume 1.000 of losses below (2.00, 2.00)")), qPrintable(caption));
        QVERIFY2(caption.contains(QStringLiteral("near: hyper-volume 1.5")), qPrintable(caption));
    }

    void hearsOfNewFronts()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("front");
        QVERIFY(fixture.showsWords());
        save(fixture, sample("late"));
        fixture.workspace.project.rename(1, QStringLiteral("another name"));   // any news of the runs
        auto *plot = panel->findChild<FrontPlot *>(QStringLiteral("frontPlot"));
        QTRY_COMPARE(plot->points().size(), std::size_t(3));
    }
    /// For the eye: CONCORD_SHOTS=folder writes what the panel looks like.
    void picturesForTheEye()
    {
        const QString folder = qEnvironmentVariable("CONCORD_SHOTS");
        if (folder.isEmpty())
            QSKIP("set CONCORD_SHOTS to a folder to get pictures");
        for (const Theme &theme : {Theme::light(), Theme::darkTheme()}) {
            PanelFixture fixture;
            Front sweep = sample("Weight sweep · scenes"), other = sample("MOO-SVGD · scenes");
            for (Front *front : {&sweep, &other}) {
                front->tasks.resize(2);
                front->points.clear();
                front->reference.clear();
                for (int i = 0; i <= 8; ++i) {
                    const double at = 0.1 + 0.8 * i / 8, more = front == &other ? 0.05 + 0.02 * (i % 3) : 0;
                    front->points.push_back({.run = 1 + i % 2, .step = 600, .label = "point", .losses = {at * at + more, (1 - at) * (1 - at) + more + (i == 4 ? 0.2 : 0)}, .metrics = {60 - 10 * at, at}});
                }
                completeFront(*front);
                save(fixture, *front);
            }
            fixture.workspace.setTheme(theme);
            qApp->setPalette(theme.palette());
            qApp->setStyleSheet(theme.styleSheet());
            Panel *panel = fixture.open("front", {520, 400});
            QTRY_COMPARE(panel->findChild<FrontPlot *>(QStringLiteral("frontPlot"))->points().size(), std::size_t(18));
            panel->setAutoFillBackground(true);
            panel->grab().save(folder + (theme.dark ? QStringLiteral("/front-dark.png") : QStringLiteral("/front-light.png")));
            fixture.controls()->grab().save(folder + QStringLiteral("/front-controls.png"));
            qApp->setStyleSheet({});
        }
    }
};

CONCORD_TEST(FrontPanelTest)

} // namespace concord::test

#include "front_test.moc"
