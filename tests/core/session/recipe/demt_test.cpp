#include "tests/core/session/recipe_model.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class DemtRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, const ParamMap &params = {}) { return RecipeModel("demt", noiseData({3, 16, 16}, mixedTasks(tasks, true)), params); }

private Q_SLOTS:
    /// A mixer is its task's own, but what it finds others can ask for.
    void mixersBelongToTheirTaskUntilAsked()
    {
        const RecipeModel recipe = model(2);
        const at::NoGradGuard noGrad;
        const std::vector<at::Tensor> mixed = recipe.values("mixer").outputs;
        const std::vector<at::Tensor> asked = recipe.values("queries").outputs;
        recipe.parameter("mixer.task1.0.mix.weight").mul_(-2);
        QVERIFY(at::equal(recipe.values("mixer").outputs[0], mixed[0]));
        QVERIFY(!at::equal(recipe.values("mixer").outputs[1], mixed[1]));
        QVERIFY(!at::allclose(recipe.values("queries").outputs[0], asked[0], 1e-5, 1e-6));
    }

    /// Both nodes grow by the same with every task; the trunk and the interaction do not.
    void growsEvenlyWithTheTasks()
    {
        const auto numbers = [](int tasks, const char *node) { return model(tasks).analysis.nodes.at(node).parameters; };
        QCOMPARE(numbers(4, "mixer"), 2 * numbers(2, "mixer"));
        QCOMPARE(numbers(2, "queries") * 5, numbers(4, "queries") * 3);
        QCOMPARE(numbers(2, "trunk"), numbers(4, "trunk"));
    }

    /// Large maps are pooled for what is asked, so that the interaction's cost stays.
    void poolsLargeMaps()
    {
        const RecipeModel recipe("demt", noiseData({3, 64, 64}, mixedTasks(2, true)), {{"places", std::int64_t(64)}});
        const auto *node = recipe.experiment.graph.find("queries");
        QCOMPARE(std::get<std::int64_t>(node->params.at("pool")), std::int64_t(2)); // 16×16 places
    }

    void isTraceable()
    {
        const RecipeModel recipe = model(3);
        const at::NoGradGuard noGrad;
        for (int t = 0; t < 3; ++t) // so that it matters where things are sampled
            recipe.parameter(fmt::format("mixer.task{}.0.place.offset.weight", t)).normal_(0, 0.05, makeGenerator(at::kCPU, 5));
        QVERIFY(tracedDifference(recipe) < 1e-4);
    }
};

CONCORD_TEST(DemtRecipeTest)

} // namespace concord::test

#include "demt_test.moc"
