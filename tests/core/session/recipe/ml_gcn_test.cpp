#include "core/base/error.h"
#include "tests/core/session/recipe_model.h"
#include "tests/core/session/scene_facts.h"
#include "tests/support/testing.h"

namespace concord::test {

class MlGcnTest : public QObject
{
    Q_OBJECT

    using Numbers = std::vector<std::int64_t>;

    static Node facts()
    {
        return {.id = "data", .type = "scene_facts", .params = {{"size", std::int64_t(12)}, {"train", std::int64_t(30)}, {"validation", std::int64_t(4)}, {"tasks", std::vector<std::string>{"light", "facts"}}}};
    }

    static Numbers counts(const RecipeModel &recipe) { return std::get<Numbers>(recipe.experiment.graph.find("facts_head")->params.at("counts")); }

private Q_SLOTS:
    /// Counted once more over the training set.
    void countsLabelsOfTheTrainingSet()
    {
        const RecipeModel recipe("ml_gcn", facts());
        const std::unique_ptr<Block> block = makeBlock(facts());
        const auto set = dynamic_cast<const DataBlock &>(*block).open(Split::train, 5);
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t j = 0; j < 4; ++j) {
                std::int64_t together = 0;
                for (std::int64_t s = 0; s < set->size(); ++s)
                    together += set->get(s).labels[1][i] * set->get(s).labels[1][j] == 1;
                QCOMPARE(counts(recipe)[i * 4 + j], together);
            }
        const RecipeModel some("ml_gcn", facts(), {{"samples", std::int64_t(10)}});
        QVERIFY(counts(some)[0] <= 10);
    }

    /// Each label's classifier, applied to the largest value of every channel.
    void classifiersReadTheLargestValues()
    {
        const RecipeModel recipe("ml_gcn", facts());
        const at::Tensor adjacency = recipe.node("facts_head").layer->buffers().front().value;
        const at::Tensor hidden = adjacency.mm(recipe.parameter("facts_head.embeddings")).mm(recipe.parameter("facts_head.gc1.weight"));
        const at::Tensor classifiers = adjacency.mm(at::leaky_relu(hidden, 0.2)).mm(recipe.parameter("facts_head.gc2.weight"));
        const at::Tensor map = recipe.values("trunk").outputs[0];
        const at::Tensor expected = map.amax({2, 3}).mm(classifiers.t());
        QVERIFY(at::allclose(recipe.predictions()[1], expected, 1e-4, 1e-5));
    }

    void otherTasksKeepTheirHeads()
    {
        const RecipeModel recipe("ml_gcn", noiseData({3, 16, 16}, mixedTasks(6, true)), {{"links", "uniform"}});
        QCOMPARE(recipe.count("label_gcn"), std::int64_t(1));
        QCOMPARE(recipe.count("segmentation_head") + recipe.count("classification_head"), std::int64_t(2));
        QVERIFY(!recipe.experiment.graph.find("tags_head")->params.contains("counts"));
        QVERIFY(RecipeModel("ml_gcn", noiseData({12}, mixedTasks(3, false))).analysis.runnable());
    }

    void wantsLabels()
    {
        std::string found;
        try {
            RecipeModel("ml_gcn", noiseData({12}, mixedTasks(2, false)));
        } catch (const Error &error) {
            found = error.what();
        }
        QCOMPARE(found, std::string("recipe ml_gcn: expected at least one multi-label task, found none"));
    }
};

CONCORD_TEST(MlGcnTest)

} // namespace concord::test

#include "ml_gcn_test.moc"
