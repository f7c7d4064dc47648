#include "tests/ui/panel/panel_fixture.h"
#include "ui/model/run_list_model.h"

#include <QListView>
#include <QPushButton>

namespace concord::test {

class RunsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensWithoutAProject()
    {
        PanelFixture fixture(false);
        Panel *panel = fixture.open("runs", {240, 400});
        QVERIFY(!panel->findChild<QListView *>(QStringLiteral("runsView"))->isVisible());
        QCOMPARE(panel->headerInfo(), QString());
    }

    void listsAndShowsRuns()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("runs", {240, 400});
        auto *view = panel->findChild<QListView *>(QStringLiteral("runsView"));
        QCOMPARE(view->model()->rowCount(), 2);
        QCOMPARE(view->model()->index(0, 0).data(RunListModel::runRole).toInt(), 2);
        QCOMPARE(panel->headerInfo(), QStringLiteral("2 done"));
        // Run 1 is shown and so selected; clicking run 2 shows that.
        QCOMPARE(view->selectionModel()->selectedIndexes().size(), 1);
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(0, RunListModel::nameColumn)).center());
        QCOMPARE(fixture.workspace.shownRuns(), QList<int>{2});
        QTest::mouseClick(view->viewport(), Qt::LeftButton, Qt::ControlModifier, view->visualRect(view->model()->index(1, RunListModel::nameColumn)).center());
        QCOMPARE(fixture.workspace.shownRuns().size(), 2);
    }

    void deletesWithUndo()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("runs", {240, 400});
        auto *view = panel->findChild<QListView *>(QStringLiteral("runsView"));
        for (QAction *action : view->actions())
            if (action->text() == QStringLiteral("Delete"))
                action->trigger();
        QCOMPARE(view->model()->rowCount(), 1);
        QCOMPARE(fixture.workspace.project.deletedRuns().size(), std::size_t(1));
        panel->findChild<QPushButton *>(QStringLiteral("undoDelete"))->click();
        QCOMPARE(view->model()->rowCount(), 2);
        QVERIFY(fixture.workspace.project.deletedRuns().empty());
    }

    void renames()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("runs", {240, 400});
        auto *view = panel->findChild<QListView *>(QStringLiteral("runsView"));
        QVERIFY(view->model()->setData(view->model()->index(0, RunListModel::nameColumn), QStringLiteral("the good one")));
        QCOMPARE(fixture.workspace.project.runs()[1].name, std::string("the good one"));
        // It is on disk.
        RunStore store(fixture.workspace.project.file().toStdString(), RunStore::Mode::read);
        QCOMPARE(store.run(2).name, std::string("the good one"));
    }
};

CONCORD_TEST(RunsTest)

} // namespace concord::test

#include "runs_test.moc"
