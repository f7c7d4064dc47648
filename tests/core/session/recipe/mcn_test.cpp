#include "tests/core/session/extraction_case.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class McnTest : public QObject
{
    Q_OBJECT

    static Node data(std::vector<std::string> tasks = {"people:boxes:3", "parts:segmentation:5"}) { return noiseData({3, 16, 16}, std::move(tasks)); }

private Q_SLOTS:
    /// All heads read one map, and everything up to it is shared.
    void headsShareOneMap()
    {
        const RecipeModel mcn("mcn", data({"people:boxes:3", "parts:segmentation:5", "d:depth"}));
        for (const Edge &edge : mcn.experiment.graph.edges)
            if (edge.to.node.starts_with("people_head") || edge.to.node.ends_with("_decoder"))
                QCOMPARE(edge.from.node, std::string("neck"));
        QCOMPARE(mcn.values("neck").outputs[0].sizes().vec(), (std::vector<std::int64_t>{2, 64, 8, 8}));
        QCOMPARE(mcn.predictions()[0].sizes().vec(), (std::vector<std::int64_t>{2, 7, 8, 8}));
        QCOMPARE(mcn.predictions()[1].sizes().vec(), (std::vector<std::int64_t>{2, 5, 16, 16}));
        for (const ModelParameter &parameter : mcn.model->parameters()) {
            const bool isShared = parameter.name.starts_with("backbone") || parameter.name.starts_with("neck");
            QCOMPARE(parameter.tasks.size(), std::size_t(isShared ? 3 : 1));
        }
    }

    void needsBoxes()
    {
        QVERIFY_EXCEPTION_THROWN(RecipeModel("mcn", data({"parts:segmentation:5"})), Error);
        QCOMPARE(RecipeModel("mcn", data({"people:boxes:3"})).model->tasks().size(), std::size_t(1));
    }

    void isExportedWhole() { QVERIFY(tracedDifference(RecipeModel("mcn", data())) < 1e-4); }
};

CONCORD_TEST(McnTest)

} // namespace concord::test

#include "mcn_test.moc"
