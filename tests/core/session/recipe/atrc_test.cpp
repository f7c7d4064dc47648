#include "tests/core/session/recipe_model.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class AtrcRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, const ParamMap &params = {}) { return RecipeModel("atrc", noiseData({3, 16, 16}, mixedTasks(tasks, true)), params); }
    static ParamMap fixed(const char *context) { return {{"choice", std::string("fixed")}, {"contexts", std::vector<std::string>{context}}}; }

private Q_SLOTS:
    void noneSeparatesTheTasks()
    {
        for (const bool separate : {true, false}) {
            const RecipeModel recipe = model(2, fixed(separate ? "none" : "global"));
            const at::NoGradGuard noGrad;
            const std::vector<at::Tensor> before = recipe.predictions();
            recipe.parameter("depth_features.conv1.weight").mul_(-2);
            const std::vector<at::Tensor> after = recipe.predictions();
            QCOMPARE(at::allclose(before[0], after[0], 1e-6, 1e-7), separate);
            QVERIFY(!at::equal(before[1], after[1]));
            const std::vector<int> reached = separate ? std::vector<int>{1} : std::vector<int>{0, 1};
            for (const ModelParameter &parameter : recipe.model->parameters())
                if (parameter.name == "depth_features.conv1.weight")
                    QCOMPARE(parameter.tasks, reached);
        }
    }

    /// All candidates are there while searching: of each other task four where it has an initial map, three of a task itself.
    void searchesAmongAllContexts()
    {
        const RecipeModel recipe = model(3); // segmentation, depth, classification
        QCOMPARE(recipe.count("loss_sum"), std::int64_t(3));
        std::map<std::string, int> contexts;
        for (const ModelParameter &parameter : recipe.model->parameters())
            if (parameter.name.ends_with(".value.weight"))
                ++contexts[parameter.name.substr(15, parameter.name.size() - 15 - 13)];
        QCOMPARE(contexts["from2.global"] + contexts["from1.global"] + contexts["from0.global"], 9);
        // t-label wants the target's map (two of three targets), s-label the source's, of another task.
        QCOMPARE(contexts["from0.t-label"] + contexts["from1.t-label"] + contexts["from2.t-label"], 6);
        QCOMPARE(contexts["from0.s-label"] + contexts["from1.s-label"], 4);
        QCOMPARE(contexts["from2.s-label"], 0);
    }

    void theChoiceBelongsToItsTarget()
    {
        const RecipeModel recipe = model(2);
        int seen = 0;
        for (const ModelParameter &parameter : recipe.model->parameters())
            if (parameter.name.ends_with("choice.architecture")) {
                QCOMPARE(parameter.tasks, std::vector<int>{seen});
                ++seen;
            }
        QCOMPARE(seen, 2);
    }

    void isTraceable()
    {
        for (const char *context : {"global", "local", "t-label", "s-label"})
            QVERIFY(tracedDifference(model(2, fixed(context))) < 1e-4);
        const RecipeModel search = model(3);
        const at::NoGradGuard noGrad;
        search.parameter("contexts.task0.choice.architecture").narrow(1, 2, 1).fill_(1);
        search.parameter("contexts.task1.choice.architecture").narrow(1, 3, 1).fill_(1);
        QVERIFY(tracedDifference(search) < 1e-4);
    }
};

CONCORD_TEST(AtrcRecipeTest)

} // namespace concord::test

#include "atrc_test.moc"
