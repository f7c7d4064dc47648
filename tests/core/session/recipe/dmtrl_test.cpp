#include "core/model/tensor_factors.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class DmtrlRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, ParamMap params = {}, bool images = true)
    {
        params.insert({{"channels", std::vector<std::int64_t>{6, 8}}, {"blocks", std::int64_t(1)}, {"hidden", std::vector<std::int64_t>{10, 7}}});
        return RecipeModel("dmtrl", images ? noiseData({3, 16, 16}, mixedTasks(tasks, true)) : noiseData({12}, mixedTasks(tasks, false)), params);
    }

private Q_SLOTS:
    /// At full rank DMTRL holds any single-task networks: with the factors of their weights it predicts what they predict.
    void fullRankHoldsSeparateNetworks_data()
    {
        QTest::addColumn<QString>("form");
        for (const char *form : {"svd", "tucker", "tt"})
            QTest::newRow(form) << form;
    }
    void fullRankHoldsSeparateNetworks()
    {
        QFETCH(QString, form);
        const Factorisation kind = factorisation(form.toStdString());
        const RecipeModel single("single_task", noiseData({3, 16, 16}, mixedTasks(3, true)),
                                 {{"channels", std::vector<std::int64_t>{6, 8}}, {"blocks", std::int64_t(1)}});
        const RecipeModel factors = model(3, {{"factorisation", form.toStdString()}, {"share", 1.0}});
        const std::vector<std::string> tasks = {"seg", "depth", "kind"};
        const at::NoGradGuard noGrad;
        int layers = 0;
        for (const ModelParameter &parameter : factors.model->parameters()) {
            const std::string &name = parameter.name;   // factors2.0.conv1.factor0
            if (!name.ends_with(".factor0"))
                continue;
            const std::string layer = name.substr(0, name.size() - 8);
            const std::string own = name[7] == '1' ? "_stage1.conv1" : "_stage2" + layer.substr(8);
            std::vector<at::Tensor> weights;
            for (const std::string &task : tasks)
                weights.push_back(single.parameter(task + own + ".weight"));
            const TensorFactors exact = factorise(kind, at::stack(weights, -1), 0);
            for (std::size_t i = 0; i < exact.shared.size(); ++i)
                factors.parameter(fmt::format("{}.factor{}", layer, i)).copy_(exact.shared[i]);
            for (int t = 0; t < 3; ++t)
                factors.parameter(fmt::format("{}.task{}.factor", layer, t)).copy_(exact.tasks[t]);
            ++layers;
        }
        QCOMPARE(layers, 4);   // one, and a block of two with its shortcut
        const std::vector<at::Tensor> expected = single.predictions();
        const std::vector<at::Tensor> found = factors.predictions();
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::allclose(found[t], expected[t], 1e-4, 1e-5));
    }

    /// Shared numbers do not grow while ranks stay; each further task adds its vectors and normalisations.
    void tasksAddVectors()
    {
        for (const bool images : {true, false}) {
            const RecipeModel two = model(2, {{"factorisation", "tt"}, {"share", 0.01}}, images);
            const RecipeModel five = model(5, {{"factorisation", "tt"}, {"share", 0.01}}, images);
            QCOMPARE(two.sharedNumbers(), five.sharedNumbers());
            QCOMPARE(five.analysis.nodes.at("factors1").forwards, 5);
        }
        const auto ofStage = [](int tasks) { return model(tasks, {{"share", 0.01}}).analysis.nodes.at("factors1").parameters; };
        QCOMPARE(ofStage(5) - ofStage(4), std::int64_t(1 + 2 * 6));   // rank one, and a normalisation of 6 channels
    }

    void exportsWhole()
    {
        for (const char *form : {"svd", "tucker", "tt"})
            QVERIFY(tracedDifference(model(3, {{"factorisation", form}})) < 1e-4);
        QVERIFY(tracedDifference(RecipeModel("dmtrl", noiseData({3, 32, 32}, mixedTasks(2, true)), {{"backbone", "resnet18"}, {"share", 0.2}})) < 1e-3);
    }
};

CONCORD_TEST(DmtrlRecipeTest)

} // namespace concord::test

#include "dmtrl_test.moc"
