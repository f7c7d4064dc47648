#include "tests/core/session/distillation_case.h"
#include "tests/core/session/extraction_case.h"
#include "tests/support/testing.h"

namespace concord::test {

class PadNetTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, const ParamMap &params = {}) { return RecipeModel("pad_net", noiseData({3, 16, 16}, mixedTasks(tasks, true)), params); }

private Q_SLOTS:
    /// A task's final prediction reads the other branches exactly where its gate is open; initial predictions never do.
    void branchesMeetBehindTheGates()
    {
        const RecipeModel pad = model(3);
        const auto reads = [&](std::size_t task) {
            std::vector<bool> result;
            for (const char *branch : {"seg", "depth", "kind"})
                result.push_back(dependsOn(pad, task, std::string(branch) + "_branch.0.conv1.weight"));
            return result;
        };
        for (std::size_t task = 0; task < 3; ++task)
            QCOMPARE(reads(task), (std::vector<bool>{true, true, true}));
        {
            const at::NoGradGuard noGrad;
            pad.parameter("distillation.task1.gate.bias").fill_(-1e9);
        }
        QCOMPARE(reads(0), (std::vector<bool>{true, true, true}));
        QCOMPARE(reads(1), (std::vector<bool>{false, true, false}));
        QVERIFY(nodeDependsOn(pad, "depth_initial", "depth_branch.0.conv1.weight"));
        QVERIFY(!nodeDependsOn(pad, "depth_initial", "seg_branch.0.conv1.weight"));
    }

    void initialPredictionsHaveLosses()
    {
        checkInitialLosses(model(4), 1);
        QCOMPARE(model(4).count("loss_sum"), std::int64_t(4));
    }

    /// Distillation has a gate and a message for each task; the trunk does not grow.
    void growsWithTheTasks()
    {
        const auto distillation = [](int tasks) { return model(tasks).analysis.nodes.at("distillation").parameters; };
        QCOMPARE(distillation(2), std::int64_t(4 * (9 * 32 * 32 + 32)));
        QCOMPARE(distillation(5), std::int64_t(10 * (9 * 32 * 32 + 32)));
        QCOMPARE(model(2).analysis.nodes.at("stem").parameters, model(5).analysis.nodes.at("stem").parameters);
    }

    void mayReadThePredictionsThemselves()
    {
        for (const bool predictions : {false, true}) {
            const RecipeModel pad = model(3, {{"predictions", predictions}});
            QCOMPARE(dependsOn(pad, 0, "depth_initial.conv.weight"), predictions);
            QVERIFY(!dependsOn(pad, 0, "kind_initial.fc.weight"));   // a class has no map
        }
    }
};

CONCORD_TEST(PadNetTest)

} // namespace concord::test

#include "pad_net_test.moc"
