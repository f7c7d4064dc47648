#include "core/base/run_control.h"

#include "tests/support/testing.h"

#include <future>

using namespace concord;

class RunControlTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cannotTakeBackAStop()
    {
        for (const RunControl::Order last : {RunControl::Order::stop, RunControl::Order::abort}) {
            RunControl control;
            control.throwIfStopping();
            control.give(RunControl::Order::pause);
            control.throwIfStopping();
            control.give(last);
            for (const RunControl::Order order : {RunControl::Order::run, RunControl::Order::pause, RunControl::Order::stop, RunControl::Order::abort})
                control.give(order);
            QVERIFY(control.order() == last);
            QVERIFY(control.waitWhilePaused() == last);
            QVERIFY_THROWS_EXCEPTION(Cancelled, control.throwIfStopping());
        }
    }

    void wakesAPausedRun()
    {
        for (const RunControl::Order order : {RunControl::Order::run, RunControl::Order::stop, RunControl::Order::abort}) {
            RunControl control;
            control.give(RunControl::Order::pause);
            std::future<RunControl::Order> run = std::async(std::launch::async, [&] { return control.waitWhilePaused(); });
            control.give(order);
            QVERIFY(run.get() == order);
        }
    }
};

CONCORD_TEST(RunControlTest)
#include "run_control_test.moc"
