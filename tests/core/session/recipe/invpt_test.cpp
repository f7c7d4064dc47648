#include "tests/core/session/recipe_model.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

#include <set>

namespace concord::test {

class InvptRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, int size = 16, const ParamMap &params = {})
    {
        return RecipeModel("invpt", noiseData({3, size, size}, mixedTasks(tasks, true)), params);
    }

private Q_SLOTS:
    /// From a quarter of the image to all of it, while channels halve and the keys of each task stay as many.
    void resolutionDoublesPerStage()
    {
        const RecipeModel recipe = model(3, 32);
        QCOMPARE(recipe.count("invpt_stage"), std::int64_t(2));
        QCOMPARE(recipe.values("up1").outputs[0].sizes().vec(), (std::vector<std::int64_t>{2, 32, 16, 16}));
        QCOMPARE(recipe.values("up2").outputs[0].sizes().vec(), (std::vector<std::int64_t>{2, 16, 32, 32}));
        const auto message = [&recipe](const char *stage) { return recipe.values(stage).outputs.back().size(1); };
        QCOMPARE(message("up1"), message("up2"));
        QCOMPARE(message("up1"), std::int64_t(3 * 2 * 3 * 64));
        QCOMPARE(recipe.values("depth_scales").outputs[0].size(1), std::int64_t(48));
    }

    /// The last stages of a ResNet are 32, 16, 8 and 4 times smaller than the image.
    void followsTheEncodersLevels()
    {
        const RecipeModel recipe = model(2, 64, {{"backbone", std::string("resnet18")}});
        QCOMPARE(recipe.count("invpt_stage"), std::int64_t(3));
        QCOMPARE(recipe.values("up3").outputs[0].size(2), std::int64_t(16));
        QCOMPARE(model(2, 15).count("invpt_stage"), std::int64_t(1));
        QCOMPARE(model(2, 15).values("up1").outputs[0].size(2), std::int64_t(15));
    }

    void everyTaskReachesEveryOther()
    {
        const RecipeModel recipe = model(2);
        const at::NoGradGuard noGrad;
        const at::Tensor before = recipe.predictions()[0];
        recipe.parameter("depth_features.conv1.weight").mul_(-2);
        QVERIFY(!at::allclose(recipe.predictions()[0], before, 1e-5, 1e-6));
    }

    void preliminaryPredictionsAreReadOn()
    {
        const RecipeModel recipe = model(3); // the third is no dense task
        QCOMPARE(recipe.count("loss_sum"), std::int64_t(3));
        QCOMPARE(recipe.values("seg_mix").outputs[0].size(1), std::int64_t(32 + 5));
        QCOMPARE(recipe.values("depth_mix").outputs[0].size(1), std::int64_t(32 + 1));
        QVERIFY(!recipe.analysis.nodes.contains("kind_mix"));
    }

    /// Six tasks: everything but heads and losses lies in three groups.
    void sixTasksLieInGroups()
    {
        const RecipeModel recipe = model(6);
        std::map<std::string, int> groups;
        for (const Node &node : recipe.experiment.graph.nodes)
            ++groups[node.frame];
        QCOMPARE(groups.size(), std::size_t(4));
        QCOMPARE(groups["Encoder"], 3);
        QCOMPARE(groups["UP-Transformer"], 2 + 6);
        QVERIFY(groups["Preliminary decoders"] >= 6 + 6 + 5);
    }

    void isTraceable() { QVERIFY(tracedDifference(model(3)) < 1e-4); }
};

CONCORD_TEST(InvptRecipeTest)

} // namespace concord::test

#include "invpt_test.moc"
