#include "tests/core/session/recipe_model.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class ActiveDendritesTest : public QObject
{
    Q_OBJECT

    using Numbers = std::vector<std::int64_t>;

    static RecipeModel model(bool images, int tasks = 3)
    {
        const Node data = images ? noiseData({1, 4, 5}, mixedTasks(tasks, false)) : noiseData({20}, mixedTasks(tasks, false));
        return {"active_dendrites", data, {{"hidden", Numbers{16, 32}}}};
    }

private Q_SLOTS:
    /// A quarter of the last layer's units for every sample and task.
    void aQuarterOfTheUnitsIsOn()
    {
        for (const bool images : {true, false})
            for (const at::Tensor &output : model(images).values("dendrites").outputs)
                QVERIFY(at::equal((output != 0).sum(1), at::full({2}, std::int64_t(8), at::kLong)));
    }

    /// The task alone chooses the gates: with equal segments all tasks have the same units.
    void segmentsMakeTheDifference()
    {
        const RecipeModel recipe = model(false);
        const std::vector<at::Tensor> before = recipe.values("dendrites").outputs;
        QVERIFY(!at::equal(before[0], before[1]));
        const at::NoGradGuard noGrad;
        for (const char *layer : {"fc1", "fc2"})
            recipe.parameter(fmt::format("dendrites.{}.task1.segments", layer)).copy_(recipe.parameter(fmt::format("dendrites.{}.task0.segments", layer)));
        const std::vector<at::Tensor> after = recipe.values("dendrites").outputs;
        QVERIFY(at::equal(after[0], before[0]) && at::equal(after[1], before[0]) && at::equal(after[2], before[2]));
    }

    /// As many segments as tasks, each with one number per task.
    void grows()
    {
        for (const int tasks : {2, 5}) {
            const RecipeModel recipe = model(false, tasks);
            QCOMPARE(recipe.analysis.nodes.at("dendrites").parameters, std::int64_t(20 * 16 + 16 + 16 * 32 + 32 + tasks * tasks * (16 + 32)));
        }
    }

    void exports() { QVERIFY(tracedDifference(model(true)) < 1e-5); }
};

CONCORD_TEST(ActiveDendritesTest)

} // namespace concord::test

#include "active_dendrites_test.moc"
