#include "core/balance/auxiliary_terms.h"
#include "tests/core/session/recipe_model.h"
#include "tests/support/testing.h"

namespace concord::test {

class AstmtRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, ParamMap params = {})
    {
        params.insert({{"channels", std::vector<std::int64_t>{16, 32, 32}}, {"decoder", std::int64_t(16)}});
        return RecipeModel("astmt", noiseData({3, 16, 16}, mixedTasks(tasks, true)), params);
    }

    static std::int64_t ownNumbers(const RecipeModel &of, int task, const std::string &node)
    {
        std::int64_t count = 0;
        for (const ModelParameter &parameter : of.model->parameters())
            if (parameter.name.starts_with(node) && parameter.tasks == std::vector<int>{task})
                count += parameter.value.numel();
        return count;
    }

private Q_SLOTS:
    /// Sharing stays as it is but for the discriminator's last layer; each task adds adapters, gates and normalisations, by hand.
    void adaptersAreAllThatGrows()
    {
        const RecipeModel two = model(2);
        const RecipeModel five = model(5);
        QCOMPARE(five.sharedNumbers() - two.sharedNumbers(), std::int64_t(3 * (64 + 1)));
        const auto gates = [](std::int64_t c) {
            const std::int64_t r = std::max<std::int64_t>(c / 16, 1);
            return 2 * c * r + c + r;
        };
        const auto block = [&](std::int64_t in, std::int64_t out, bool projects) { return in * out + out * out + (projects ? 3 : 2) * 2 * out + gates(out); };
        QCOMPARE(ownNumbers(five, 4, "attentive_stage2"), block(16, 32, true) + block(32, 32, false));
        QCOMPARE(ownNumbers(five, 4, "attentive_stage3"), block(32, 32, true) + block(32, 32, false));
        QCOMPARE(ownNumbers(five, 4, "attentive_decoder"), block(32, 16, true));
        const double share = double(ownNumbers(five, 4, "attentive")) / double(five.sharedNumbers());
        QVERIFY2(share < 0.2, qPrintable(QString::number(share)));
        QCOMPARE(five.analysis.nodes.at("attentive_stage2").forwards, 5);
        QCOMPARE(five.analysis.nodes.at("trunk_stage1").forwards, 1);
    }

    /// Alike but for what is a task's own: without it, every task has the same features.
    void tasksDifferByTheirConditionsAlone()
    {
        const RecipeModel plain = model(3, {{"adapter", "none"}, {"se", "shared"}});
        const std::vector<at::Tensor> same = plain.values("attentive_decoder").outputs;
        QVERIFY(at::equal(same[0], same[1]) && at::equal(same[1], same[2]));
        const std::vector<at::Tensor> own = model(3).values("attentive_decoder").outputs;
        QVERIFY(!at::allclose(own[0], own[1]) && !at::allclose(own[1], own[2]));
    }

    /// What predicts knows nothing of the discriminator.
    void theDiscriminatorOnlyTrains()
    {
        const RecipeModel with = model(3);
        const RecipeModel without = model(3, {{"adversarial", 0.0}});
        QCOMPARE(with.count("task_discriminator") - without.count("task_discriminator"), std::int64_t(1));
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::equal(with.predictions()[t], without.predictions()[t]));
    }

    /// The discriminator's gradient by the engine's walk over nodes is that of one whole pass.
    void theGameIsTheSameNodeByNode()
    {
        const RecipeModel astmt = model(2, {{"adversarial", 0.5}, {"warmup", std::int64_t(0)}});
        astmt.model->setTraining(true);
        std::vector<std::vector<at::Tensor>> found;
        for (const bool segmented : {false, true}) {
            const Forward forward = astmt.model->forward(astmt.batch(), segmented);
            std::vector<std::pair<std::string, double>> values;
            const AuxiliaryTerms terms(*astmt.model, values, 1);
            QCOMPARE(values.size(), std::size_t(1));
            terms.differentiate(forward, segmented, found.emplace_back());
        }
        bool reachesTheStem = false;
        for (std::size_t p = 0; p < found[0].size(); ++p) {
            const ModelParameter &parameter = astmt.model->parameters()[p];
            QCOMPARE(found[0][p].defined(), found[1][p].defined());
            if (!found[0][p].defined())
                continue;
            QVERIFY2(at::allclose(found[0][p], found[1][p], 1e-3, 1e-6), parameter.name.c_str());
            reachesTheStem = reachesTheStem || (parameter.name.starts_with("trunk_stage1") && found[0][p].abs().max().item<float>() > 0);
        }
        QVERIFY(reachesTheStem);
    }
};

CONCORD_TEST(AstmtRecipeTest)

} // namespace concord::test

#include "astmt_test.moc"
