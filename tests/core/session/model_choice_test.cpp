#include "core/session/model_choice.h"

#include "core/graph/analysis.h"
#include "core/graph/single_task.h"
#include "core/session/recipe.h"
#include "tests/core/session/comparison_fixture.h"
#include "tests/support/testing.h"

#include <algorithm>

namespace concord::test {

/// Recipes and experiments as candidates beside a base.
class ModelChoiceTest : public QObject
{
    Q_OBJECT

    static const ModelChoice *find(const std::vector<ModelChoice> &choices, const std::string &id)
    {
        const auto it = std::ranges::find(choices, id, [](const ModelChoice &each) { return each.card.id; });
        return it == choices.end() ? nullptr : &*it;
    }

    static RunSummary runOf(int number, const Experiment &experiment, const std::string &tags = {})
    {
        return {.number = number, .name = experiment.name, .experiment = toJson(experiment), .tags = tags};
    }

private Q_SLOTS:
    void everyRecipeSuitsOrSaysWhyNot()
    {
        const Experiment base = TinyProject::experiment();
        const Analysis analysis = analyse(base.graph);
        const std::vector<ModelChoice> choices = recipeChoices(base);
        QCOMPARE(choices.size(), RecipeRegistry::instance().entries().size());
        int suited = 0;
        for (const ModelChoice &choice : choices) {
            QVERIFY2(choice.refusal.find('\n') == std::string::npos, choice.refusal.c_str());
            QCOMPARE(choice.entrant.id.empty(), !choice.refusal.empty());
            if (!choice.refusal.empty())
                continue;
            ++suited;
            const Analysis laidOut = analyse(choice.entrant.experiment.graph);
            QVERIFY2(laidOut.runnable(), choice.card.id.c_str());
            QCOMPARE(choice.parameters, laidOut.parameters);
            QCOMPARE(choice.macs, laidOut.macs);
            QVERIFY(choice.cost > 0);
            QCOMPARE(laidOut.tasks.size(), analysis.tasks.size());
            const Node &data = *choice.entrant.experiment.graph.find(laidOut.dataNode);
            QVERIFY2(data.params == base.graph.find(analysis.dataNode)->params, choice.card.id.c_str());
            QCOMPARE(choice.entrant.experiment.plan.steps, base.plan.steps);
            QCOMPARE(choice.entrant.experiment.plan.batch, base.plan.batch);
        }
        QVERIFY(suited > 0);
        QVERIFY(suited < int(choices.size()));
    }

    void theBaseItselfCostsOneStep()
    {
        Experiment base = TinyProject::experiment();
        base.graph.find("balance")->params = {{"method", std::string("equal")}};
        const ModelChoice choice = baseChoice(base);
        QVERIFY2(choice.card.title.starts_with("This graph, Equal weights"), choice.card.title.c_str());
        QCOMPARE(choice.cost, 1.0);
        QVERIFY(choice.entrant.experiment == base);
    }

    void otherTasksAndOtherDataAreRefused()
    {
        const Experiment base = TinyProject::experiment();
        const std::string refusal = experimentChoice(base, singleTask(base, analyse(base.graph).tasks.front().info.name), "one").refusal;
        QVERIFY2(refusal.starts_with("expected the same tasks, "), refusal.c_str());
        const Experiment scenes = loadExperiment(CONCORD_SOURCE_DIR "/resources/examples/1_scenes_three_tasks.json");
        QVERIFY2(experimentChoice(base, scenes, "scenes").refusal.starts_with("expected the same data, "), experimentChoice(base, scenes, "scenes").refusal.c_str());
    }

    void runsAreListedOnceWhateverTheirSeed()
    {
        const Experiment base = TinyProject::experiment();
        Experiment slower = base;
        slower.name = "slower";
        slower.plan.optimiserParams["lr"] = 0.0001;
        Experiment again = slower;
        again.plan.seed = 7;
        const std::string trial = toJson(ComparisonTag{.comparison = "c #1", .row = "r", .trial = 0});
        const std::string single = toJson(ComparisonTag{.comparison = "c #1", .row = "single:x", .task = "x"});
        const std::vector<ModelChoice> choices = runChoices(base, {runOf(1, base), runOf(2, slower), runOf(3, slower, trial), runOf(4, slower, single), runOf(5, again), {.number = 6, .name = "bad", .experiment = "{"}});
        // The base is not among them; the newest comes first; what cannot be read says so.
        QCOMPARE(choices.size(), std::size_t(2));
        QCOMPARE(choices[0].card.title, std::string("run 6, bad"));
        QVERIFY(!choices[0].refusal.empty());
        QCOMPARE(choices[1].card.title, std::string("run 5, slower"));
        QVERIFY2(choices[1].card.summary.starts_with("Runs 5, 2."), choices[1].card.summary.c_str());
        QVERIFY(find(choices, experimentChoice(base, slower, "").card.id));
    }
};

CONCORD_TEST(ModelChoiceTest)

} // namespace concord::test

#include "model_choice_test.moc"
