#include "tests/core/session/extraction_case.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class DvnRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, ParamMap params = {}, bool images = true)
    {
        params.insert({{"levels", std::vector<std::int64_t>{1, 2, 4}}, {"channels", std::vector<std::int64_t>{8, 12}}, {"blocks", std::int64_t(1)}, {"hidden", std::vector<std::int64_t>{12, 8}}});
        return RecipeModel("dvn", images ? noiseData({3, 16, 16}, mixedTasks(tasks, true)) : noiseData({12}, mixedTasks(tasks, false)), params);
    }

private Q_SLOTS:
    /// A column for each task and level, each as wide as its level; every level has a loss, and all share the kernels.
    void everyLevelIsTrained()
    {
        const RecipeModel dvn = model(3);
        const std::vector<at::Tensor> columns = dvn.values("virtual2").outputs;
        QCOMPARE(columns.size(), std::size_t(9));
        for (std::size_t c = 0; c < columns.size(); ++c)
            QCOMPARE(columns[c].size(1), std::vector<std::int64_t>({3, 6, 12})[c % 3]);
        for (const ModelTask &task : dvn.model->tasks())
            QCOMPARE(task.early.size(), std::size_t(2));
        for (const ModelParameter &parameter : dvn.model->parameters())
            if (parameter.name.starts_with("virtual") && parameter.name.ends_with("conv1.weight"))
                QCOMPARE(parameter.tasks, (std::vector<int>{0, 1, 2}));
        QCOMPARE(dvn.analysis.nodes.at("virtual1").forwards, 9);
        const auto kernels = [](const RecipeModel &of) {
            std::int64_t count = 0;
            for (const ModelParameter &parameter : of.model->parameters())
                if (parameter.name.starts_with("virtual") && parameter.value.dim() > 1)
                    count += parameter.value.numel();
            return count;
        };
        QCOMPARE(kernels(model(2)), kernels(model(6)));
        QCOMPARE(kernels(model(2, {}, false)), kernels(model(5, {}, false)));
    }

    /// The chosen level's prediction does not change with the units above it; which units those are is the task's own order.
    void aLevelUsesItsUnitsAlone()
    {
        const RecipeModel dvn = model(2, {{"level", std::vector<std::int64_t>{1, 2}}});
        const std::vector<at::Tensor> before = dvn.predictions();
        {
            const at::NoGradGuard noGrad;
            // Units 0 of 4 for the first task, 1 and 2 for the second: unit 3 is nobody's.
            dvn.parameter("virtual1.0.conv1.weight").narrow(0, 6, 2).fill_(5);
        }
        std::vector<at::Tensor> after = dvn.predictions();
        QVERIFY(at::equal(before[0], after[0]) && at::equal(before[1], after[1]));
        {
            const at::NoGradGuard noGrad;
            dvn.parameter("virtual1.0.conv1.weight").narrow(0, 4, 2).fill_(5);
        }
        after = dvn.predictions();
        QVERIFY(at::equal(before[0], after[0]) && !at::equal(before[1], after[1]));
        const RecipeModel whole = model(2);
        QVERIFY(dependsOn(whole, 0, "virtual1.0.conv1.weight"));
    }

    void refusesLevelsThatAreNotTrained()
    {
        const auto refusal = [](const ParamMap &params) {
            try {
                model(2, params);
            } catch (const Error &error) {
                return QString(error.what());
            }
            return QString();
        };
        QCOMPARE(refusal({{"level", std::vector<std::int64_t>{3}}}), QString("recipe dvn: level: expected one of the levels 1, 2, 4, found 3"));
        QCOMPARE(refusal({{"level", std::vector<std::int64_t>{1, 2, 4}}}), QString("recipe dvn: level: expected one number or one for each of 2 tasks, found 3"));
        QCOMPARE(refusal({{"units", std::int64_t(3)}}), QString("recipe dvn: levels: expected numbers of units up to 3, found 1, 2, 4"));
        QCOMPARE(refusal({{"units", std::int64_t(5)}}), QString("recipe dvn: expected widths that are multiples of the 5 units, found 8"));
    }

    void exportsTheChosenLevels()
    {
        QVERIFY(tracedDifference(model(3, {{"level", std::vector<std::int64_t>{2}}})) < 1e-4);
        QVERIFY(tracedDifference(RecipeModel("dvn", noiseData({3, 32, 32}, mixedTasks(2, true)), {{"backbone", "resnet18"}})) < 1e-3);   // with the default levels
    }
};

CONCORD_TEST(DvnRecipeTest)

} // namespace concord::test

#include "dvn_test.moc"
