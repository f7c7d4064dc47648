#include "ui/model/run_data.h"

#include "tests/support/testing.h"

#include <QSignalSpy>

#include <cmath>

namespace concord::test {

class RunDataTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void growsAndTellsOnce()
    {
        RunData data(3);
        QSignalSpy grown(&data, &RunData::grown);
        QSignalSpy state(&data, &RunData::stateChanged);
        std::vector<RunEvent> events = {ScalarEvent{"loss/a", 1, 0.1, 2}, ScalarEvent{"loss/a", 2, 0.2, 1}, GramianEvent{1, "", {1, 0, 0, 1}}, GramianEvent{1, "stem", {1, 0, 0, 1}},
            PredictionEvent{.step = 2, .kind = "image"}, PredictionEvent{.step = 2, .kind = "truth"}, LogEvent{.text = "hello"}};
        data.append(events);
        QCOMPARE(grown.count(), 1);
        QCOMPARE(state.count(), 0);
        QCOMPARE(data.series("loss/a")->values, std::vector<double>({2, 1}));
        QCOMPARE(data.series("loss/a")->seconds, std::vector<double>({0.1, 0.2}));
        QVERIFY(!data.series("loss/b"));
        QCOMPARE(data.blocks(), QStringList({"", "stem"}));
        QCOMPARE(data.predictionSteps(), std::vector<std::int64_t>({2}));
        QCOMPARE(data.log().size(), std::size_t(1));
        events = {StateEvent{.state = RunState::paused, .step = 2, .totalSteps = 9}};
        data.append(events);
        QCOMPARE(state.count(), 1);
        QVERIFY(data.isActive());
        QCOMPARE(data.summary().totalSteps, std::int64_t(9));
    }

    void aResumeCutsBackWhatCameAfterIt()
    {
        RunData data(3);
        std::vector<RunEvent> events;
        for (int step = 1; step <= 10; ++step) {
            events.push_back(ScalarEvent{"lr", step, 0, double(step)});
            events.push_back(GramianEvent{step, "", {float(step)}});
            if (step % 5 == 0)
                events.push_back(PredictionEvent{.step = step});
        }
        data.append(events);
        events = {ScalarEvent{"lr", 6, 0, 60}, GramianEvent{6, "", {60}}, PredictionEvent{.step = 7}};
        data.append(events);
        QCOMPARE(data.series("lr")->steps, std::vector<std::int64_t>({1, 2, 3, 4, 5, 6}));
        QCOMPARE(data.series("lr")->values.back(), 60.0);
        QCOMPARE(data.series("lr")->seconds.size(), std::size_t(6));
        QCOMPARE(data.gramians("").size(), std::size_t(6));
        QCOMPARE(data.gramians("").back().values.front(), 60.f);
        QCOMPARE(data.predictionSteps(), std::vector<std::int64_t>({5, 7}));
    }

    static ProbeEvent gate(std::int64_t step, const char *name = "gate")
    {
        return {.step = step, .node = "gates", .name = name, .rows = {"a"}, .columns = {"expert 0", "expert 1"}, .values = {0.25F, float(step)}};
    }

    void growsByProbes()
    {
        RunData data(3);
        QVERIFY(data.probes().empty());
        QSignalSpy grown(&data, &RunData::grown);
        data.append(std::vector<RunEvent>{gate(1), gate(1, "use"), gate(6), gate(11)});
        QCOMPARE(grown.count(), 1);
        QCOMPARE(data.probes().size(), std::size_t(2));
        const auto &history = data.probes().at({"gates", "gate"});
        QCOMPARE(history.size(), std::size_t(3));
        data.append(std::vector<RunEvent>{gate(6), gate(7)}); // a resume from step 5
        QCOMPARE(history.size(), std::size_t(3));
        QCOMPARE(history.back().step, std::int64_t(7));
    }

    /// A million measurements are some thousand in memory, over all of the run: none of it is thinned more than the rest.
    void boundsProbesOfLongRuns()
    {
        RunData data(3);
        for (std::int64_t step = 1; step <= 100000; step += 10) {
            std::vector<RunEvent> events;
            for (std::int64_t i = 0; i < 10; ++i)
                events.push_back(gate(10 * (step + i)));
            data.append(events);
        }
        const auto check = [](const std::vector<ProbeEvent> &history) {
            QVERIFY2(history.size() > 900 && history.size() <= 2000, qPrintable(QString::number(history.size())));
            QCOMPARE(history.front().step, std::int64_t(10));
            QCOMPARE(history.back().step, std::int64_t(1000000));
            for (std::size_t i = 1; i < history.size(); ++i) {
                QVERIFY(history[i].step > history[i - 1].step && history[i].step - history[i - 1].step <= 2500);
                QCOMPARE(history[i].values[1], float(history[i].step));
            }
        };
        check(data.probes().at({"gates", "gate"}));
        RunData::Loaded loaded;
        for (std::int64_t step = 10; step <= 1000000; step += 10)
            loaded.probes[{"gates", "gate"}].push_back(gate(step));
        data.load(std::move(loaded));
        check(data.probes().at({"gates", "gate"}));
    }

    void readsTasksFromTheSummary()
    {
        RunData data(3);
        QSignalSpy reset(&data, &RunData::reset);
        RunData::Loaded loaded;
        loaded.summary.number = 3;
        loaded.summary.name = "cagrad";
        loaded.summary.tasks = R"([{"name":"seg","kind":"segmentation","classes":2,"ignore":255,"classNames":["a","b"]},{"name":"d","kind":"depth","unit":"m"},{"kind":"of the future","name":"f"}])";
        data.load(loaded);
        QCOMPARE(reset.count(), 1);
        QCOMPARE(data.title(), QStringLiteral("3 cagrad"));
        QCOMPARE(data.tasks().size(), std::size_t(3));
        QCOMPARE(data.tasks()[0].classNames[1], std::string("b"));
        QCOMPARE(data.tasks()[0].ignore, std::int64_t(255));
        QVERIFY(data.tasks()[1].kind == TaskKind::depth);
        QCOMPARE(data.tasks()[2].name, std::string("f"));   // keeps its place
        loaded.summary.tasks = "not json";
        data.load(loaded);
        QVERIFY(data.tasks().empty());
    }

    void cosineOfAGramian()
    {
        QVERIFY(std::abs(cosine({4, -3, -3, 9}, 2, 0, 1) + 0.5) < 1e-12);
        QCOMPARE(cosine({4, -3, -3, 9}, 2, 1, 1), 1.0);
        QVERIFY(std::isnan(cosine({0, 0, 0, 9}, 2, 0, 1)));
        QVERIFY(std::isnan(cosine({1, 2, 3}, 2, 0, 1)));
        QCOMPARE(cosine({1, 1.0001f, 1.0001f, 1}, 2, 0, 1), 1.0);   // rounding never leaves −1 … 1
    }
};

CONCORD_TEST(RunDataTest)

} // namespace concord::test

#include "run_data_test.moc"
