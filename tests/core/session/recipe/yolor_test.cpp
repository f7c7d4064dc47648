#include "tests/core/session/recipe_model.h"
#include "tests/support/testing.h"

namespace concord::test {

class YolorTest : public QObject
{
    Q_OBJECT

    static Node data(bool images, std::int64_t side = 16) { return images ? noiseData({3, side, side}, mixedTasks(4, true)) : noiseData({12}, mixedTasks(3, false)); }

private Q_SLOTS:
    /// Without what was learnt it is hard parameter sharing.
    void nothingLearntIsHardSharing()
    {
        for (const bool images : {true, false}) {
            const RecipeModel plain("hps", data(images));
            const RecipeModel yolor("yolor", data(images));
            const std::vector<at::Tensor> expected = plain.predictions();
            const auto compare = [&](bool alike) {
                const std::vector<at::Tensor> found = yolor.predictions();
                for (std::size_t t = 0; t < expected.size(); ++t)
                    QCOMPARE(at::allclose(found[t], expected[t], 1e-4, 1e-5), alike);
            };
            compare(false);
            const at::NoGradGuard noGrad;
            for (const ModelParameter &parameter : yolor.model->parameters())
                if (parameter.name.ends_with(".z"))
                    at::Tensor(parameter.value).zero_();
            compare(true);
        }
    }

    /// As many further numbers as channels of the trunk and of the prediction, for images of any size.
    void costsOneNumberPerChannelAndTask()
    {
        for (const std::int64_t side : {16, 32}) {
            const std::int64_t further = RecipeModel("yolor", data(true, side)).analysis.parameters - RecipeModel("hps", data(true, side)).analysis.parameters;
            QCOMPARE(further, std::int64_t(4 * 64 + 5 + 1 + 4 + 3));
        }
    }

    void knowledgeBelongsToItsTask()
    {
        const RecipeModel yolor("yolor", data(true), {{"form", "factorised"}});
        const at::NoGradGuard noGrad;
        const std::vector<at::Tensor> before = yolor.predictions();
        yolor.parameter("alignment.task1.coefficients").fill_(3);
        const std::vector<at::Tensor> after = yolor.predictions();
        for (std::size_t t = 0; t < 4; ++t)
            QCOMPARE(at::equal(before[t], after[t]), t != 1);
    }

    void takesFurtherChannels()
    {
        const RecipeModel yolor("yolor", data(true), {{"align", "concatenate"}, {"refine", false}});
        QCOMPARE(yolor.values("alignment").outputs[0].size(1), std::int64_t(128));
        QCOMPARE(yolor.count("implicit_knowledge"), std::int64_t(1));
    }
};

CONCORD_TEST(YolorTest)

} // namespace concord::test

#include "yolor_test.moc"
