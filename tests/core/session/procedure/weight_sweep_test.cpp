#include "tests/core/session/procedure/procedure_case.h"
#include "tests/support/testing.h"

#include <algorithm>

namespace concord::test {

class WeightSweepTest : public QObject
{
    Q_OBJECT

    static ProcedureOrder order(std::int64_t divisions = 4)
    {
        return {.procedure = "weight_sweep", .params = {{"divisions", divisions}}, .experiment = QuadraticCase::experiment(300), .front = {}};
    }

private Q_SLOTS:
    /// Six parts for three tasks, one at least for each: two bars in five gaps.
    void saysHowManyRuns()
    {
        const auto sweep = ProcedureRegistry::instance().make("weight_sweep");
        QCOMPARE(sweep->effort(3), std::string("10 runs"));
        QCOMPARE(sweep->effort(2), std::string("5 runs"));
        setParams(*sweep, {{"divisions", std::int64_t(2)}}, "weight_sweep");
        QCOMPARE(sweep->effort(2), std::string("1 run"));
    }

    /// Same curvature: the best weighted sum with weights (w, 1 − w) lies at the share 1 − w of the line from a's solution to b's.
    void findsTheKnownFront()
    {
        ProcedureCase test;
        const ProcedureResult result = test.execute(order());
        QVERIFY2(result.state == RunState::finished, result.message.c_str());
        QCOMPARE(result.runs.size(), std::size_t(3));
        const RunStore store = test.project.store();
        const Front front = store.front(result.front);
        QCOMPARE(front.procedure, std::string("weight_sweep"));
        QCOMPARE(front.points.size(), std::size_t(3));
        const QuadraticCase exact = QuadraticCase::solve(order().experiment);
        for (std::size_t i = 0; i < 3; ++i) {
            const FrontPoint &point = front.points[i];
            const double weight = 0.25 * double(i + 1);
            QCOMPARE(point.weights, (std::vector<double>{weight, 1 - weight}));
            const auto place = exact.place(store.series(point.run, "loss/a").values.back(), store.series(point.run, "loss/b").values.back());
            QVERIFY2(std::abs(place.above) < 0.01 && std::abs(place.along - (1 - weight)) < 0.01, qPrintable(QStringLiteral("%1 above at %2").arg(place.above).arg(place.along)));
            QCOMPARE(point.losses[0], store.series(point.run, "val/a/loss").values.back());
        }
        QCOMPARE(front.points[1].label, std::string("0.5 : 0.5"));
        QVERIFY(front.hyperVolume > 0);
        QCOMPARE(front.tasks[0].name, std::string("a"));
    }

    void theSameOrderTakesWhatIsThere()
    {
        ProcedureCase test;
        const ProcedureResult first = test.execute(order());
        const ProcedureResult second = test.execute(order());
        QCOMPARE(second.runs, first.runs);
        QCOMPARE(second.front, first.front);
        for (const int run : second.runs)
            QCOMPARE(test.stepsOf(run, "loss/a"), 0);
        QCOMPARE(test.project.store().runs().size(), std::size_t(3));
        // Another grid is another front; its middle is there already.
        const ProcedureResult finer = test.execute(order(2));
        QVERIFY(finer.front != first.front);
        QCOMPARE(finer.runs, std::vector<int>{first.runs[1]});
        QCOMPARE(test.project.store().fronts().size(), std::size_t(2));
    }

    void aStoppedSweepGoesOn()
    {
        ProcedureCase straight;
        const ProcedureResult whole = straight.execute(order());
        ProcedureCase test;
        const ProcedureResult stopped = test.execute(order(), [](const ProcedureEvent &event, RunControl &control) {
            if (const auto *scalar = std::get_if<ScalarEvent>(&event.event); scalar && event.run == 2 && scalar->step == 100)
                control.give(RunControl::Order::stop);
        });
        QVERIFY(stopped.state == RunState::stopped);
        QVERIFY2(stopped.message.find("1 of 3") != std::string::npos, stopped.message.c_str());
        QCOMPARE(stopped.runs.size(), std::size_t(2));
        const ProcedureResult rest = test.execute(order());
        QVERIFY2(rest.state == RunState::finished, rest.message.c_str());
        QCOMPARE(test.stepsOf(1, "loss/a"), 0);
        QCOMPARE(test.stepsOf(2, "loss/a"), 200);
        const Front a = straight.project.store().front(whole.front), b = test.project.store().front(rest.front);
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE(b.points[i].losses, a.points[i].losses);
    }

    void whatFailsIsLeftOut()
    {
        ProcedureCase test;
        ProcedureOrder hot = order();
        hot.experiment.plan.optimiserParams["lr"] = 1e6;
        const ProcedureResult result = test.execute(hot);
        QVERIFY(result.state == RunState::failed);
        QVERIFY2(result.message.find("none of 3") != std::string::npos, result.message.c_str());
        QVERIFY(test.said("run 1 failed"));
        QVERIFY(result.front.empty());
    }

    void mistakesAreSentences_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("word");
        QTest::newRow("procedure") << 0 << "did you mean 'weight_sweep'";
        QTest::newRow("parameter") << 1 << "divisions";
        QTest::newRow("too coarse") << 2 << "at least 2";
        QTest::newRow("no graph") << 3 << "cannot run";
    }

    void mistakesAreSentences()
    {
        QFETCH(int, kind);
        QFETCH(QString, word);
        ProcedureCase test;
        ProcedureOrder bad = order(kind == 2 ? 1 : 4);
        if (kind == 0)
            bad.procedure = "weight_swep";
        if (kind == 1)
            bad.params["division"] = std::int64_t(3);
        if (kind == 3)
            bad.experiment = {};
        const ProcedureResult result = test.execute(bad);
        QVERIFY(result.state == RunState::failed);
        QVERIFY2(result.message.find(word.toStdString()) != std::string::npos, result.message.c_str());
        QVERIFY(kind > 1 || !std::filesystem::exists(test.project.file));
    }
};

CONCORD_TEST(WeightSweepTest)

} // namespace concord::test

#include "weight_sweep_test.moc"
