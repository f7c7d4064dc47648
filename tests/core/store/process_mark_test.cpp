#include "core/store/process_mark.h"

#include "tests/core/store/forked.h"
#include "tests/support/testing.h"

#include <csignal>

using namespace concord;

class ProcessMarkTest : public QObject
{
    Q_OBJECT

  private Q_SLOTS:
    void knowsItself()
    {
        const ProcessMark own = ProcessMark::ofThisProcess();
        QCOMPARE(own.pid, std::int64_t(getpid()));
        QVERIFY(own.start > 0);
        QVERIFY(!own.boot.empty());
        QCOMPARE(presence(own), Presence::alive);
    }

    void tellsProcessesApart()
    {
        const ProcessMark own = ProcessMark::ofThisProcess();
        ProcessMark mark = own;
        mark.start -= 1; // the pid was given again
        QCOMPARE(presence(mark), Presence::gone);
        mark = own;
        mark.boot = "another";
        QCOMPARE(presence(mark), Presence::gone);
        mark = own;
        mark.host = "another";
        QCOMPARE(presence(mark), Presence::unknown);
        mark = own;
        mark.pid = 0;
        QCOMPARE(presence(mark), Presence::gone);
    }

    void seesAProcessEnd()
    {
        const concord::test::Forked child([](int) {
            for (;;)
                pause();
        });
        QVERIFY(child.pid > 0);
        ProcessMark mark = ProcessMark::ofThisProcess();
        mark.pid = child.pid;
        QCOMPARE(presence(mark), Presence::gone); // ours started earlier than the child
        kill(child.pid, SIGKILL);
        siginfo_t info;
        waitid(P_PID, id_t(child.pid), &info, WEXITED | WNOWAIT); // dead, but its entry is still there
        QCOMPARE(presence(mark), Presence::gone);
        child.wait();
        QCOMPARE(presence(mark), Presence::gone);
    }
};

CONCORD_TEST(ProcessMarkTest)
#include "process_mark_test.moc"
