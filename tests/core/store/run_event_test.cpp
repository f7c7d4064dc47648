#include "core/store/run_event.h"

#include "core/base/error.h"
#include "tests/support/testing.h"

using namespace concord;

class RunEventTest : public QObject
{
    Q_OBJECT

  private Q_SLOTS:
    void namesItsStates()
    {
        for (const char *text : {"queued", "running", "paused", "finished", "stopped", "failed", "interrupted"})
            QCOMPARE(std::string(name(runState(text))), std::string(text));
        QCOMPARE(runState("interrupted"), RunState::interrupted);
        try {
            runState("asleep");
            QFAIL("expected an Error");
        } catch (const Error &error) {
            QCOMPARE(std::string(error.what()),
                     std::string("state of a run: expected one of queued, running, paused, finished, stopped, failed, interrupted, found 'asleep'"));
        }
    }
};

CONCORD_TEST(RunEventTest)
#include "run_event_test.moc"
