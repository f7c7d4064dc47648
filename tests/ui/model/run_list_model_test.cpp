#include "ui/model/run_list_model.h"

#include "tests/support/testing.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

namespace concord::test {

class RunListModelTest : public QObject
{
    Q_OBJECT

private:
    static RunSummary run(int number, RunState state = RunState::queued, std::int64_t step = 0)
    {
        return {.number = number, .name = "run " + std::to_string(number), .state = state, .message = {}, .step = step, .totalSteps = 2000};
    }

private Q_SLOTS:
    void isAProperModel()
    {
        RunListModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRuns({run(1), run(2)});
        model.setRuns({run(1), run(2, RunState::running, 5), run(3)});
        model.setRuns({run(3)});
        model.setRuns({});
        QCOMPARE(model.rowCount(), 0);
    }

    void newestFirstAndRowsStay()
    {
        RunListModel model;
        model.setRuns({run(1), run(2)});
        QCOMPARE(model.runAt(0), 2);
        QCOMPARE(model.rowOf(1), 1);
        QCOMPARE(model.rowOf(9), -1);
        QCOMPARE(model.runAt(7), 0);
        QPersistentModelIndex kept = model.index(1, 0);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setRuns({run(1), run(2, RunState::running, 500), run(3)});
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(reset.count(), 0);
        QCOMPARE(kept.row(), 2);
        QCOMPARE(model.index(1, 0).data(RunListModel::shareRole).toDouble(), 0.25);
        QCOMPARE(model.index(1, RunListModel::stateColumn).data().toString(), stateText(RunState::running));
    }

    void renames()
    {
        RunListModel model;
        model.setRuns({run(4)});
        QSignalSpy renamed(&model, &RunListModel::renamed);
        const QModelIndex name = model.index(0, RunListModel::nameColumn);
        QVERIFY(name.flags() & Qt::ItemIsEditable);
        QVERIFY(!(model.index(0, RunListModel::stateColumn).flags() & Qt::ItemIsEditable));
        QVERIFY(model.setData(name, QStringLiteral("  better ")));
        QCOMPARE(renamed.first()[0].toInt(), 4);
        QCOMPARE(renamed.first()[1].toString(), QStringLiteral("better"));
        QVERIFY(!model.setData(name, QStringLiteral("   ")));
        QCOMPARE(name.data().toString(), QStringLiteral("better"));
    }
};

CONCORD_TEST(RunListModelTest)

} // namespace concord::test

#include "run_list_model_test.moc"
