#include "tests/core/session/distillation_case.h"
#include "tests/core/session/extraction_case.h"
#include "tests/support/testing.h"

namespace concord::test {

class PapNetTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, const ParamMap &params = {}) { return RecipeModel("pap_net", noiseData({3, 16, 16}, mixedTasks(tasks, true)), params); }

private Q_SLOTS:
    /// Tasks exchange affinities alone: whose a task reads is up to its mixture.
    void tasksExchangeAffinities()
    {
        const RecipeModel pap = model(3);
        QVERIFY(dependsOn(pap, 0, "depth_branch.0.conv1.weight") && dependsOn(pap, 0, "kind_branch.0.conv1.weight"));
        {
            const at::NoGradGuard noGrad;
            pap.parameter("distillation.task0.mixture").copy_(at::tensor({0.F, -1e9F, 0.F}));
        }
        QVERIFY(!dependsOn(pap, 0, "depth_branch.0.conv1.weight"));
        QVERIFY(dependsOn(pap, 0, "kind_branch.0.conv1.weight") && dependsOn(pap, 1, "kind_branch.0.conv1.weight"));
    }

    /// Without diffusion each task is alone behind the trunk.
    void withoutDiffusionColumnsPass()
    {
        const RecipeModel pap = model(3, {{"beta", 0.0}});
        QVERIFY(at::allclose(pap.values("distillation").outputs[1], pap.values("depth_branch").outputs[0]));
        QVERIFY(!dependsOn(pap, 1, "seg_branch.0.conv1.weight"));
    }

    void initialPredictionsHaveLosses() { checkInitialLosses(model(3), 1); }

    /// A 1×1 convolution to 16 channels and T weights for each task.
    void growsWithTheTasks()
    {
        for (const int tasks : {2, 5})
            QCOMPARE(model(tasks).analysis.nodes.at("distillation").parameters, std::int64_t(tasks * (32 * 16 + 16 + tasks)));
    }
};

CONCORD_TEST(PapNetTest)

} // namespace concord::test

#include "pap_net_test.moc"
