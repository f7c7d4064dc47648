#include "tests/core/session/recipe_model.h"
#include "tests/support/testing.h"

namespace concord::test {

class TapsRecipeTest : public QObject
{
    Q_OBJECT

    static Node data(bool images) { return images ? noiseData({3, 16, 16}, mixedTasks(3, true)) : noiseData({12}, mixedTasks(3, false)); }

    /// With changes that are not zero.
    static RecipeModel model(bool images, const ParamMap &params)
    {
        RecipeModel taps("taps", data(images), params);
        const at::NoGradGuard noGrad;
        for (const ModelParameter &parameter : taps.model->parameters())
            if (parameter.name.ends_with(".delta"))
                at::Tensor(parameter.value).normal_(0, 0.1, makeGenerator(at::kCPU, std::hash<std::string>()(parameter.name)));
        return taps;
    }

private Q_SLOTS:
    /// τ = 0: the networks of "single_task" with the weights W + δW.
    void thresholdZeroIsFullFineTuning()
    {
        const RecipeModel taps = model(true, {{"threshold", 0.0}});
        const RecipeModel single("single_task", data(true));
        {
            const at::NoGradGuard noGrad;
            for (std::size_t t = 0; t < 3; ++t)
                for (const ModelParameter &parameter : single.model->parameters()) {
                    const std::string stem = single.model->tasks()[t].info.name + "_";
                    if (!parameter.name.starts_with(stem + "stage") || parameter.value.dim() < 4)
                        continue;
                    std::string kernel = "taps_" + parameter.name.substr(stem.size());
                    if (const auto first = kernel.find("stage1.conv1"); first != std::string::npos)
                        kernel.replace(first, 12, "stage1.0.conv1");
                    const std::string change = kernel.substr(0, kernel.rfind('.')) + fmt::format(".task{}.delta", t);
                    at::Tensor(parameter.value).copy_(taps.parameter(kernel) + taps.parameter(change));
                }
        }
        const std::vector<at::Tensor> expected = single.predictions();
        const std::vector<at::Tensor> found = taps.predictions();
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::allclose(found[t], expected[t], 1e-3, 1e-4));
    }

    /// τ above all scores: one base for all, trained or not.
    void thresholdAboveAllIsTheBase()
    {
        for (const bool images : {true, false})
            for (const char *base : {"trained", "frozen"}) {
                const RecipeModel taps = model(images, {{"threshold", 1.0}, {"base", base}});
                const std::string last = images ? "taps_stage3" : "taps_stage2";
                const std::vector<at::Tensor> outputs = taps.values(last).outputs;
                QVERIFY(at::equal(outputs[0], outputs[1]) && at::equal(outputs[1], outputs[2]));
                const std::vector<at::Tensor> own = model(images, {{"base", base}}).values(last).outputs;
                QVERIFY(!at::allclose(own[0], own[1]) && !at::allclose(own[1], own[2]));
            }
    }

    /// L counts the layers that have scores, in each layout.
    void penaltyIsSpreadOverTheLayers()
    {
        for (const auto &[images, backbone] : {std::pair(true, "plain"), std::pair(false, "plain"), std::pair(true, "resnet18")}) {
            const RecipeModel taps("taps", images ? noiseData({3, 32, 32}, mixedTasks(2, true)) : noiseData({12}, mixedTasks(2, false)),
                                   {{"lambda", 3.0}, {"backbone", backbone}});
            std::int64_t scores = 0;
            for (const ModelParameter &parameter : taps.model->parameters())
                scores += parameter.name.ends_with(".task0.score");
            taps.model->setTraining(true);
            double term = 0;
            for (const ModelNode &node : taps.model->nodes())
                if (const at::Tensor each = node.layer->auxiliaryLoss(); each.defined())
                    term += each.item<double>();
            QVERIFY(scores > 1);
            QVERIFY(std::abs(term - 2 * 3.0 * 0.15) < 1e-4); // λ times the mean size, for each of two tasks
        }
    }

    /// A task costs a copy of the layers, their scores and normalisations; a frozen base is not among the trained numbers.
    void growsByTheChanges()
    {
        const auto own = [](const RecipeModel &taps) {
            std::int64_t count = 0;
            for (const ModelParameter &parameter : taps.model->parameters())
                if (parameter.name.starts_with("taps_") && parameter.tasks == std::vector<int>{1})
                    count += parameter.value.numel();
            return count;
        };
        const std::int64_t kernels = 9 * (3 * 24 + 24 * 48 + 48 * 48 + 48 * 48 + 48 * 48 + 48 * 64 + 3 * 64 * 64) + 24 * 48 + 48 * 64;
        const std::int64_t norms = 2 * (24 + 5 * 48 + 5 * 64);
        const RecipeModel trained = model(true, {});
        QCOMPARE(own(trained), kernels + norms + 11);
        QCOMPARE(trained.sharedNumbers(), kernels);
        QCOMPARE(model(true, {{"base", "frozen"}}).sharedNumbers(), std::int64_t(0));
    }
};

CONCORD_TEST(TapsRecipeTest)

} // namespace concord::test

#include "taps_test.moc"
