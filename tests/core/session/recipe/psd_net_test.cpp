#include "tests/core/session/distillation_case.h"
#include "tests/core/session/extraction_case.h"
#include "tests/support/testing.h"

namespace concord::test {

class PsdNetTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks) { return RecipeModel("psd_net", noiseData({3, 16, 16}, mixedTasks(tasks, true))); }

private Q_SLOTS:
    /// The other tasks' structures come in by a task's shares of them; without one it is alone behind the trunk.
    void tasksExchangeStructures()
    {
        const RecipeModel psd = model(3);
        QVERIFY(dependsOn(psd, 1, "seg_branch.0.conv1.weight") && dependsOn(psd, 1, "kind_branch.0.conv1.weight"));
        {
            const at::NoGradGuard noGrad;
            psd.parameter("distillation.task1.share").copy_(at::tensor({-1e9F, 0.F}));   // of tasks 0 and 2
        }
        QVERIFY(!dependsOn(psd, 1, "seg_branch.0.conv1.weight"));
        QVERIFY(dependsOn(psd, 1, "kind_branch.0.conv1.weight") && dependsOn(psd, 2, "seg_branch.0.conv1.weight"));
    }

    void initialPredictionsHaveLosses() { checkInitialLosses(model(3), 1); }

    void growsWithTheTasks()
    {
        for (const int tasks : {2, 5})
            QCOMPARE(model(tasks).analysis.nodes.at("distillation").parameters, std::int64_t(tasks * (32 * 16 + 16 + 32 * 32 + 32 + tasks - 1)));
    }

    void showsHowStructuresMatch()
    {
        const RecipeModel psd = model(3);
        psd.predictions();
        const std::vector<Layer::Probe> probes = psd.node("distillation").layer->probes();
        QCOMPARE(probes.size(), std::size_t(1));
        QVERIFY(at::allclose(probes[0].values.diagonal(), at::ones({3})));
        QVERIFY((probes[0].values > 0).all().item<bool>() && (probes[0].values < 1.0001).all().item<bool>());
    }
};

CONCORD_TEST(PsdNetTest)

} // namespace concord::test

#include "psd_net_test.moc"
