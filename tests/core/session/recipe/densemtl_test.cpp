#include "tests/core/session/recipe_model.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class DensemtlRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, const ParamMap &params = {})
    {
        return RecipeModel("densemtl", noiseData({3, 16, 16}, mixedTasks(tasks, true)), params);
    }

private Q_SLOTS:
    /// A quarter of the image, then a half, each with an early prediction of each task.
    void exchangesAtSeveralScales()
    {
        const RecipeModel two = model(4);
        QCOMPARE(two.count("xtam"), std::int64_t(2));
        QCOMPARE(two.count("loss_sum"), std::int64_t(4));
        QCOMPARE(two.values("xtam1").outputs[3].sizes().vec(), (std::vector<std::int64_t>{2, 32, 4, 4}));
        QCOMPARE(two.values("xtam2").outputs[0].sizes().vec(), (std::vector<std::int64_t>{2, 32, 8, 8}));
        QCOMPARE(model(2, {{"scales", std::int64_t(6)}}).count("xtam"), std::int64_t(3)); // no further than the image
        QCOMPARE(model(2, {{"early_weight", 0.0}}).count("loss_sum"), std::int64_t(0));
    }

    /// Without what it takes from others a task is alone behind the trunk: nothing of another task's decoder changes its prediction.
    void projectionsOfZeroSeparateTheTasks()
    {
        for (const bool separate : {true, false}) {
            const RecipeModel recipe = model(2);
            const at::NoGradGuard noGrad;
            if (separate)
                for (const char *name : {"xtam1.task0.project.weight", "xtam2.task0.project.weight"})
                    recipe.parameter(name).zero_();
            const std::vector<at::Tensor> before = recipe.predictions();
            recipe.parameter("depth_scale1.conv1.weight").mul_(-2);
            const std::vector<at::Tensor> after = recipe.predictions();
            QCOMPARE(at::equal(before[0], after[0]), separate);
            QVERIFY(!at::equal(before[1], after[1]));
        }
    }

    void aPairCostsWhatEveryPairCosts()
    {
        const auto numbers = [](const RecipeModel &of) { return of.analysis.nodes.at("xtam1").parameters; };
        const std::int64_t two = numbers(model(2));
        const std::int64_t pair = (two - 2 * (16 * 32 + 64)) / 2;
        QCOMPARE(numbers(model(4)), 12 * pair + 4 * (3 * 16 * 32 + 64));
    }

    void isTraceable() { QVERIFY(tracedDifference(model(3)) < 1e-4); }
};

CONCORD_TEST(DensemtlRecipeTest)

} // namespace concord::test

#include "densemtl_test.moc"
