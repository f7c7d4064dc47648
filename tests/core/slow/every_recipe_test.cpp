// What every recipe must be good for, on the data that its kind needs. By far the longest test of this room; it needs trained_graph.h, recipe_data.h,
// scene_facts.h and tiny_run.h, and nothing else of it.
#include "core/session/main_scores.h"
#include "tests/core/session/recipe_data.h"
#include "tests/core/session/trained_graph.h"

namespace concord::test {

class EveryRecipeTest : public QObject
{
    Q_OBJECT

    static void addRows()
    {
        QTest::addColumn<std::string>("id");
        for (const std::string &id : RecipeRegistry::instance().ids())
            QTest::newRow(id.c_str()) << id;
    }

private Q_SLOTS:
    void learns_data() { addRows(); }

    /// 200 steps: the main metric of each task ends better than that of the best constant predictor.
    void learns()
    {
        QFETCH(std::string, id);
        Experiment experiment = smallExperiment(id, 3);
        experiment.plan.steps = 200;
        experiment.plan.threads = 1;   // small layers: a second thread waits more than it works
        experiment.plan.batch = 8;
        if (experiment.plan.optimiser == "adam")
            experiment.plan.optimiserParams["lr"] = 0.003;
        experiment.plan.evaluateEvery = 200;
        TinyProject project;
        const int run = project.queue(experiment);
        const StateEvent outcome = project.execute(run);
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        const RunStore store = project.store();
        const std::vector<MainScore> scores = mainScores(store, run);
        QCOMPARE(scores.size(), std::size_t(3));
        std::string report;
        bool better = true;
        for (const MainScore &score : scores) {
            const std::string series = score.task + "/" + score.metric;
            const Series baseline = store.series(run, "baseline/" + series);
            QVERIFY2(!baseline.values.empty(), series.c_str());
            const double constant = baseline.values.back();
            report += fmt::format("{} {:.4g} (constant {:.4g}) ", series, score.value, constant);
            better = better && (score.higherIsBetter ? score.value > constant : score.value < constant);
        }
        qInfo("%s", report.c_str());
        QVERIFY2(better, report.c_str());
    }

    void resumesExactlyAndExports_data() { addRows(); }

    void resumesExactlyAndExports()
    {
        QFETCH(std::string, id);
        Experiment experiment = smallExperiment(id, 2);
        setPath(experiment, "balance.method=pcgrad");
        checkResumeAndExport(experiment);
    }
};

CONCORD_TEST(EveryRecipeTest)

} // namespace concord::test

#include "every_recipe_test.moc"
