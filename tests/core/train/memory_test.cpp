#include "core/train/trainer.h"

#include "tests/core/probe/toy.h"
#include "tests/core/train/recorder.h"
#include "tests/support/testing.h"

#include <fstream>
#include <unistd.h>

namespace concord::test {

/// A long run needs no more memory than a short one.
class MemoryTest : public QObject
{
    Q_OBJECT

  private Q_SLOTS:
    void doesNotGrow_data()
    {
        QTest::addColumn<std::string>("method");
        QTest::newRow("equal") << std::string("equal");
        QTest::newRow("pcgrad") << std::string("pcgrad");
    }

    void doesNotGrow()
    {
        QFETCH(std::string, method);
        Experiment experiment = vectorExperiment(method);
        experiment.plan.steps = 2000;
        experiment.plan.evaluateEvery = 100;
        const auto residentMegabytes = [] {
            std::ifstream statm("/proc/self/statm");
            std::int64_t all = 0;
            std::int64_t resident = 0;
            statm >> all >> resident;
            return double(resident) * double(sysconf(_SC_PAGESIZE)) / 1e6;
        };
        double early = 0;
        double late = 0;
        RunControl control;
        const TrainResult result = train(experiment, {}, control, [&](const RunEvent &event) {
            const auto *scalar = std::get_if<ScalarEvent>(&event);
            if (!scalar || scalar->series != "lr")
                return;
            if (scalar->step == 200)
                early = residentMegabytes();
            if (scalar->step == 2000)
                late = residentMegabytes();
        });
        QVERIFY2(result.state == RunState::finished, result.message.c_str());
        QVERIFY(early > 0);
        QVERIFY2(late - early < 4, qPrintable(QString("%1 MB after 200 steps, %2 MB after 2000").arg(early).arg(late)));
    }
};

} // namespace concord::test

using concord::test::MemoryTest;
CONCORD_TEST(MemoryTest)
#include "memory_test.moc"
