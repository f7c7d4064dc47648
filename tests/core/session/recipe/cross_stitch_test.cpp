#include "tests/core/session/recipe_model.h"
#include "tests/support/testing.h"

namespace concord::test {

class CrossStitchRecipeTest : public QObject
{
    Q_OBJECT

    static Node data(bool images) { return images ? noiseData({3, 16, 16}, mixedTasks(3, true)) : noiseData({12}, mixedTasks(3, false)); }

private Q_SLOTS:
    /// α = I: the columns of "single_task", which have the same names and so the same start.
    void identityIsSeparateColumns()
    {
        for (const bool images : {true, false})
            for (const char *alpha : {"channel", "layer"}) {
                const RecipeModel stitched("cross_stitch", data(images), {{"same", 1.0}, {"alpha", alpha}});
                const std::vector<at::Tensor> expected = RecipeModel("single_task", data(images)).predictions();
                const std::vector<at::Tensor> found = stitched.predictions();
                for (std::size_t t = 0; t < expected.size(); ++t)
                    QVERIFY(at::allclose(found[t], expected[t], 1e-5, 1e-6));
            }
    }

    /// α = 1/T: every column goes on with the mean of all.
    void equalSharesAverageTheColumns()
    {
        const RecipeModel stitched("cross_stitch", data(true), {{"same", 1.0 / 3}});
        for (const char *unit : {"stitch1", "stitch2", "stitch3"}) {
            const Forward::NodeValues values = stitched.values(unit);
            const at::Tensor mean = at::stack(values.inputs).mean({0});
            for (const at::Tensor &output : values.outputs)
                QVERIFY(at::allclose(output, mean, 1e-4, 1e-5));
        }
    }

    /// Columns as many as tasks, and T² numbers per channel for each unit.
    void growsWithTheTasks()
    {
        const RecipeModel stitched("cross_stitch", data(true));
        const RecipeModel single("single_task", data(true));
        QCOMPARE(stitched.analysis.parameters - single.analysis.parameters, std::int64_t(9 * (24 + 48 + 64)));
        QCOMPARE(stitched.count("cross_stitch"), std::int64_t(3));
    }

    void unitsLearnFaster()
    {
        QCOMPARE(RecipeModel("cross_stitch", data(true)).experiment.plan.rates, (std::vector<std::string>{"stitch1=10", "stitch2=10", "stitch3=10"}));
        QVERIFY(RecipeModel("cross_stitch", data(true), {{"unit_rate", 1.0}}).experiment.plan.rates.empty());
    }

    void startsAtThePapersShares()
    {
        const at::Tensor alpha = RecipeModel("cross_stitch", noiseData({3, 16, 16}, mixedTasks(2, true))).parameter("stitch1.alpha");
        QVERIFY(at::allclose(alpha[7], at::tensor({0.9F, 0.1F, 0.1F, 0.9F}).view({2, 2})));
    }
};

CONCORD_TEST(CrossStitchRecipeTest)

} // namespace concord::test

#include "cross_stitch_test.moc"
