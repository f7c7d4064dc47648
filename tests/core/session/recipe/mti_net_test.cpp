#include "tests/core/session/distillation_case.h"
#include "tests/core/session/extraction_case.h"
#include "tests/support/testing.h"

namespace concord::test {

class MtiNetTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, const ParamMap &params = {}, std::int64_t size = 16)
    {
        ParamMap small = {{"channels", std::vector<std::int64_t>{6, 8, 12}}, {"blocks", std::int64_t(1)}};
        small.insert(params.begin(), params.end());
        return RecipeModel("mti_net", noiseData({3, size, size}, mixedTasks(tasks, true)), small);
    }

    static std::string branch(const char *task, int scale) { return fmt::format("{}_scale{}.0.conv1.weight", task, scale); }

private Q_SLOTS:
    /// Features are handed on from coarse to fine, to all tasks, and never back.
    void goesFromCoarseToFine()
    {
        const RecipeModel mti = model(3);
        for (const int fine : {1, 2, 3})
            for (const int coarse : {1, 2, 3}) {
                const bool isHandedOn = coarse > fine;
                QCOMPARE(nodeDependsOn(mti, fmt::format("seg_scale{}", fine), branch("depth", coarse)), isHandedOn);
                QCOMPARE(nodeDependsOn(mti, fmt::format("seg_scale{}", fine), branch("seg", coarse)), isHandedOn || coarse == fine);
            }
    }

    /// A task's part of the joined output that belongs to a scale does not change with what lies at finer scales; the finest reads others by attention.
    void distilsEachScaleForItself()
    {
        const RecipeModel mti = model(2);
        const at::Tensor before = mti.values("distillation").outputs[0].clone();
        {
            const at::NoGradGuard noGrad;
            mti.parameter(branch("depth", 1)).mul_(-2);
        }
        const at::Tensor after = mti.values("distillation").outputs[0];
        QVERIFY(!at::allclose(before.slice(1, 0, 6), after.slice(1, 0, 6)));
        QVERIFY(at::equal(before.slice(1, 6), after.slice(1, 6)));
        QVERIFY(dependsOn(mti, 0, branch("depth", 1)));
        const at::NoGradGuard noGrad;
        for (const ModelParameter &parameter : mti.model->parameters())
            if (parameter.name.ends_with("from1.bias"))
                parameter.value.slice(0, 0, parameter.value.numel() / 2).fill_(-1e9);   // attention
        const at::AutoGradMode withGrad(true);
        QVERIFY(!dependsOn(mti, 0, branch("depth", 1)));
    }

    void everyScaleHasInitialPredictions()
    {
        checkInitialLosses(model(3), 3);
        QCOMPARE(model(3).values("seg_initial").outputs[0].sizes().vec(), (std::vector<std::int64_t>{2, 5, 2, 2}));   // the coarsest first
        QCOMPARE(model(3).values("distillation").outputs[0].sizes().vec(), (std::vector<std::int64_t>{2, 6 + 8 + 12, 8, 8}));
    }

    void growsWithThePairsOfTasks()
    {
        const auto conv = [](std::int64_t channels) { return 9 * channels * channels + channels; };
        for (const int tasks : {2, 4}) {
            const RecipeModel mti = model(tasks);
            QCOMPARE(mti.analysis.nodes.at("distillation").parameters, 2 * tasks * (tasks - 1) * (conv(6) + conv(8) + conv(12)));
            QCOMPARE(mti.count("feature_propagation"), std::int64_t(2));
            QCOMPARE(mti.count("residual_stage"), std::int64_t(3 * tasks));
        }
    }

    /// As many scales as the image has halves.
    void fitsTheImage()
    {
        for (const auto &[size, scales] : {std::pair<std::int64_t, std::size_t>{15, 1}, {18, 2}, {20, 3}, {24, 3}})
            checkInitialLosses(model(2, {}, size), scales);
        checkInitialLosses(model(2, {{"scales", std::int64_t(2)}}), 2);
        checkInitialLosses(model(2, {{"backbone", "resnet18"}}, 64), 3);
    }
};

CONCORD_TEST(MtiNetTest)

} // namespace concord::test

#include "mti_net_test.moc"
