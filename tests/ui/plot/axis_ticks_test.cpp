#include "ui/plot/axis_ticks.h"

#include "tests/support/testing.h"

#include <QStringList>

namespace concord::test {

class AxisTicksTest : public QObject
{
    Q_OBJECT

private:
    static QStringList labels(AxisKind kind, double low, double high, int count = 5)
    {
        QStringList labels;
        for (const auto &[tick, label] : axisTicks(kind, low, high, count))
            labels += QString(label).remove(QChar(0x202f));
        return labels;
    }

private Q_SLOTS:
    void areRoundAndShareTheirDecimals()
    {
        QCOMPARE(labels(AxisKind::linear, 0, 2.1), QStringList({"0.0", "0.5", "1.0", "1.5", "2.0"}));
        QCOMPARE(labels(AxisKind::linear, -0.3, 0.3, 3), QStringList({"−0.2", "0.0", "0.2"}));
        QCOMPARE(labels(AxisKind::linear, 100, 9000), QStringList({"2000", "4000", "6000", "8000"}));
        QVERIFY(axisTicks(AxisKind::linear, 3, 3, 5).empty());
        QVERIFY(axisTicks(AxisKind::linear, 0, INFINITY, 5).empty());
    }

    void logarithmicOnesAreDecadesOrOneTwoFive()
    {
        QCOMPARE(labels(AxisKind::logarithmic, 0.09, 12), QStringList({"0.1", "0.2", "0.5", "1", "2", "5", "10"}));
        QCOMPARE(labels(AxisKind::logarithmic, 0.5, 2e5), QStringList({"1", "10", "100", "1000", "10000", "100000"}));
        QVERIFY(labels(AxisKind::logarithmic, 0.31, 0.44).size() >= 2);   // less than any of them: round steps
    }

    void timeIsCountedInSixties()
    {
        QCOMPARE(labels(AxisKind::time, 0, 150), QStringList({"0 s", "30 s", "1 m 00 s", "1 m 30 s", "2 m 00 s", "2 m 30 s"}));
        QCOMPARE(labels(AxisKind::time, 0, 8000, 3), QStringList({"0 s", "1 h 00 m", "2 h 00 m"}));
    }
};

CONCORD_TEST(AxisTicksTest)

} // namespace concord::test

#include "axis_ticks_test.moc"
