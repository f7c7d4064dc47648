#include "ui/plot/timeline_bar.h"

#include "tests/support/testing.h"

#include <QSignalSpy>

namespace concord::test {

class TimelineBarTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stepsPixelsAndTicksAgree()
    {
        TimelineBar bar;
        bar.resize(1018, 28);   // 1000 pixels between the ends
        bar.setSteps(1200, 2000, {400, 800, 1200});
        QCOMPARE(bar.xOf(1000), 509.0);
        QCOMPARE(bar.stepAt(bar.xOf(600)), std::int64_t(600));
        QCOMPARE(bar.stepAt(bar.xOf(400) + 4), std::int64_t(400));    // snaps
        QCOMPARE(bar.stepAt(bar.xOf(1500)), std::int64_t(-1));        // past what is done: follow
    }

    void keysGoFromTickToTick()
    {
        TimelineBar bar;
        bar.resize(1018, 28);
        bar.setSteps(1250, 2000, {400, 800, 1200});
        QSignalSpy picked(&bar, &TimelineBar::picked);
        connect(&bar, &TimelineBar::picked, &bar, [&bar](qint64 step) { bar.setStep(step); });
        const auto press = [&](int key) {
            QTest::keyClick(&bar, Qt::Key(key));
            return picked.takeLast().first().toLongLong();
        };
        QCOMPARE(press(Qt::Key_Left), 1200);
        QCOMPARE(press(Qt::Key_Left), 800);
        QCOMPARE(press(Qt::Key_Right), 1200);
        QCOMPARE(press(Qt::Key_Right), -1);
        QCOMPARE(press(Qt::Key_Home), 400);
        QCOMPARE(press(Qt::Key_Left), 400);
        QCOMPARE(press(Qt::Key_End), -1);
    }
};

CONCORD_TEST(TimelineBarTest)

} // namespace concord::test

#include "timeline_bar_test.moc"
