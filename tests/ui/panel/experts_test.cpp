#include "core/store/run_store.h"
#include "tests/ui/panel/panel_fixture.h"
#include "ui/plot/share_view.h"

#include <QComboBox>

namespace concord::test {

class ExpertsTest : public QObject
{
    Q_OBJECT

    static ProbeEvent probe(std::int64_t step, const std::string &name, std::vector<float> values)
    {
        return {.step = step, .node = "gates", .name = name, .rows = {"segmentation", "depth"}, .columns = {"expert 0", "expert 1"}, .values = std::move(values)};
    }

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture fixture;   // a run without gates
        fixture.open("experts");
        QTRY_VERIFY(fixture.isLoaded());
        QVERIFY(fixture.showsWords());
    }

    void showsGatesAndGrowsLive()
    {
        PanelFixture fixture;
        fixture.open("experts");
        QTRY_VERIFY(fixture.isLoaded());
        RunData *data = fixture.workspace.currentData();
        data->append(std::vector<RunEvent>{probe(10, "gate", {0.25F, 0.75F, 1, 0}), probe(10, "use", {1, 1, 1, 0})});
        auto *view = fixture.workspace.currentData() ? fixture.open("experts")->findChild<ShareView *>(QStringLiteral("shareView")) : nullptr;
        QVERIFY(view);
        QTRY_VERIFY(view->shown());
        QVERIFY(!fixture.showsWords());
        auto *choice = qobject_cast<QComboBox *>(fixture.controls());
        QCOMPARE(choice->count(), 2);
        QCOMPARE(choice->currentText(), QStringLiteral("gates · gate"));
        QVERIFY(view->tipAt(view->cell(0, 1).center()).contains(QStringLiteral("0.75")));
        QCOMPARE(view->grab().toImage().pixelColor(QPointF(view->strip(1).left() - 4, view->strip(1).center().y()).toPoint()), Theme::light().task(1));

        data->append(std::vector<RunEvent>{probe(20, "gate", {0.5F, 0.5F, 0, 1}), probe(20, "use", {1, 1, 0, 1})});
        QTRY_COMPARE(view->shown()->step, 20);
        QTest::keyClick(choice, Qt::Key_Down);   // by keyboard to the other probe
        QTRY_COMPARE(view->tipAt(view->cell(0, 1).center()), QStringLiteral("segmentation · expert 1: 1.00\nat step 20"));
        QCOMPARE(fixture.workspace.focusBlock(), QStringLiteral("gates"));

        QTest::mouseClick(view, Qt::LeftButton, {}, QPoint(int(view->strip(0).left()) + 1, int(view->strip(0).center().y())));
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(10));
        QCOMPARE(view->shown()->step, 10);
        QTest::mouseDClick(view, Qt::LeftButton, {}, view->strip(0).center().toPoint());
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(-1));
    }

    /// The block that is selected, in the canvas or the river, is the one that is shown.
    void followsTheBlockInFocus()
    {
        PanelFixture fixture;
        fixture.open("experts");
        QTRY_VERIFY(fixture.isLoaded());
        std::vector<RunEvent> events;
        for (const char *node : {"level_1", "level_2"}) {
            ProbeEvent event = probe(10, "gate", {0.25F, 0.75F, 1, 0});
            event.node = node;
            events.push_back(event);
        }
        fixture.workspace.currentData()->append(events);
        auto *choice = qobject_cast<QComboBox *>(fixture.controls());
        QCOMPARE(choice->currentText(), QStringLiteral("level 1 · gate"));
        fixture.workspace.setFocusBlock(QStringLiteral("level_2"));
        QCOMPARE(choice->currentText(), QStringLiteral("level 2 · gate"));
        fixture.workspace.setFocusBlock(QStringLiteral("stem"));   // it has none: the choice stays
        QCOMPARE(choice->currentText(), QStringLiteral("level 2 · gate"));
    }

    void aHiddenPanelDoesNothing()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("experts");
        QTRY_VERIFY(fixture.isLoaded());
        auto *view = panel->findChild<ShareView *>(QStringLiteral("shareView"));
        panel->hide();
        fixture.workspace.currentData()->append(std::vector<RunEvent>{probe(10, "gate", {0.25F, 0.75F, 1, 0})});
        QVERIFY(!view->shown());
        panel->show();
        QVERIFY(view->shown());
    }

    /// What the trainer records: a real run, read from the store.
    void showsARunFromTheStore()
    {
        PanelFixture fixture;
        {
            RunStore store(fixture.workspace.project.file().toStdString(), RunStore::Mode::write);
            std::vector<RunEvent> events;
            for (std::int64_t step = 1; step <= 600; step += 10)
                events.push_back(probe(step, "gate", {0.5F, 0.5F, float(step) / 1000, 1 - float(step) / 1000}));
            store.append(1, events);
        }
        auto *view = fixture.open("experts")->findChild<ShareView *>(QStringLiteral("shareView"));
        QTRY_VERIFY(view->shown());
        QCOMPARE(view->shown()->step, 591);
        fixture.workspace.setCursorStep(300);
        QCOMPARE(view->shown()->step, 291);
        QVERIFY(view->tipAt(view->cell(1, 0).center()).contains(QStringLiteral("depth · expert 0: 0.291")));
    }
};

CONCORD_TEST(ExpertsTest)

} // namespace concord::test

#include "experts_test.moc"
