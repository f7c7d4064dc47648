#include "core/probe/throughput.h"

#include "tests/support/testing.h"

namespace concord::test {

class ThroughputTest : public QObject
{
    Q_OBJECT

  private Q_SLOTS:
    void isTheMeanOfTheLastSteps()
    {
        ThroughputMeter meter(2);
        QCOMPARE(meter.msPerStep(), 0.0);
        QCOMPARE(meter.imagesPerSecond(), 0.0);
        meter.add(100, 1); // falls out of the window
        meter.add(0.5, 8);
        meter.add(1.5, 16);
        QCOMPARE(meter.msPerStep(), 1000.0);
        QCOMPARE(meter.imagesPerSecond(), 12.0);
    }

    void standsStillWhilePaused()
    {
        TrainingClock clock;
        QCOMPARE(clock.seconds(), 0.0);
        clock.start(40);
        QVERIFY(clock.seconds() >= 40);
        clock.pause();
        const double paused = clock.seconds();
        QCOMPARE(clock.seconds(), paused);
        clock.start(paused);
        QVERIFY(clock.seconds() >= paused);
    }
};

} // namespace concord::test

using concord::test::ThroughputTest;
CONCORD_TEST(ThroughputTest)
#include "throughput_test.moc"
