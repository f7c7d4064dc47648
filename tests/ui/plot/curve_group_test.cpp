#include "ui/plot/curve_group.h"

#include "tests/support/testing.h"
#include "ui/plot/number_text.h"

namespace concord::test {

class CurveGroupTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void groupsByTheNamesOfSeries()
    {
        const std::vector<TaskInfo> tasks = {{.name = "segmentation", .kind = TaskKind::segmentation}, {.name = "depth", .kind = TaskKind::depth, .unit = "m"}};
        const QStringList names = {"baseline/depth/abs", "baseline/segmentation/mIoU", "epoch", "loss/depth", "loss/segmentation", "lr", "ms_per_step", "val/depth/abs", "val/depth/loss",
            "val/mean", "val/segmentation/loss", "val/segmentation/mIoU", "weight/depth", "weight/segmentation"};
        const std::vector<CurveGroup> groups = curveGroups(names, tasks);
        QStringList ids;
        for (const CurveGroup &group : groups)
            ids += group.id;
        QCOMPARE(ids, QStringList({"loss", "val/loss", "val/mIoU", "val/abs", "val/mean", "weight", "lr", "ms_per_step"}));
        QCOMPARE(groups[0].series, QStringList({"loss/segmentation", "loss/depth"}));   // in the order of the tasks
        QVERIFY(groups[0].perStep);
        QCOMPARE(groups[3].baselines, QStringList("baseline/depth/abs"));
        QCOMPARE(groups[3].unit, QStringLiteral("m"));
        QCOMPARE(groups[2].unit, QStringLiteral("%"));
        QVERIFY(!groups[2].perStep);
    }

    void findsTheTaskOfASeries()
    {
        const std::vector<TaskInfo> tasks = {{.name = "a"}, {.name = "b/c"}};
        QCOMPARE(taskOfSeries("loss/a", tasks), 0);
        QCOMPARE(taskOfSeries("val/b/c/mIoU", tasks), 1);
        QCOMPARE(taskOfSeries("weight/b/c", tasks), 1);
        QCOMPARE(taskOfSeries("val/mean", tasks), -1);
        QCOMPARE(taskOfSeries("lr", tasks), -1);
        QCOMPARE(taskOfSeries("loss/x", tasks), -1);
    }

    void numbersAreGrouped()
    {
        const QString space(QChar(0x202f));
        QCOMPARE(groupedNumber(1240), QString("1" + space + "240"));
        QCOMPARE(groupedNumber(-1234567), QString("−1" + space + "234" + space + "567"));
        QCOMPARE(groupedNumber(999), QStringLiteral("999"));
        QCOMPARE(shortNumber(0.71339), QStringLiteral("0.7134"));
        QCOMPARE(shortNumber(61.34, 3), QStringLiteral("61.3"));
        QCOMPARE(shortNumber(12345.6), QString("12" + space + "346"));
        QCOMPARE(shortNumber(-0.5, 3), QStringLiteral("−0.500"));
        QCOMPARE(shortNumber(0.0), QStringLiteral("0"));
        QCOMPARE(shortNumber(0.05, 1), QStringLiteral("0.05"));
        QCOMPARE(shortNumber(1.25e-6, 3), QStringLiteral("1.25e−06"));
        QCOMPARE(shortNumber(std::nan("")), QStringLiteral("–"));
        QCOMPARE(durationText(42), QStringLiteral("42 s"));
        QCOMPARE(durationText(185), QStringLiteral("3 m 05 s"));
        QCOMPARE(durationText(7800), QStringLiteral("2 h 10 m"));
    }
};

CONCORD_TEST(CurveGroupTest)

} // namespace concord::test

#include "curve_group_test.moc"
