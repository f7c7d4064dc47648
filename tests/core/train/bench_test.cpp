#include "core/train/trainer.h"

#include "tests/core/probe/toy.h"
#include "tests/support/testing.h"

namespace concord::test {

class BenchTest : public QObject
{
    Q_OBJECT

  private Q_SLOTS:
    void timesTheStepAndSaysHow()
    {
        Experiment experiment = vectorExperiment("mgda");
        std::atomic<int> loaded = 0;
        toyWatch = [&loaded](Split, std::int64_t) { ++loaded; };
        const BenchResult result = bench(experiment, 5);
        toyWatch = nullptr;
        QVERIFY(result.msPerStep > 0);
        QCOMPARE(result.steps, std::int64_t(5));
        QCOMPARE(result.threads, 1);
        QCOMPARE(result.precision, std::string("float32"));
        QCOMPARE(result.balance, std::string("mgda"));
        QVERIFY(!result.enginePlan.empty());
        QCOMPARE(loaded.load(), 4 * 4); // four batches of four, made beforehand
    }

    void refusesNonsense()
    {
        QVERIFY_THROWS_EXCEPTION(Error, bench(vectorExperiment(), 0));
        Experiment broken = vectorExperiment();
        broken.graph.edges.clear();
        QVERIFY_THROWS_EXCEPTION(Error, bench(broken, 1));
    }
};

} // namespace concord::test

using concord::test::BenchTest;
CONCORD_TEST(BenchTest)
#include "bench_test.moc"
