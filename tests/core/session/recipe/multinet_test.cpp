#include "tests/core/session/extraction_case.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class MultiNetTest : public QObject
{
    Q_OBJECT

    static Node data(std::vector<std::string> tasks = {"kind:classification:4", "street:segmentation:2", "cars:boxes:3"}) { return noiseData({3, 16, 16}, std::move(tasks)); }

private Q_SLOTS:
    /// One encoder, whose every stage segmentation reads, the coarser ones boxes, and the last classification.
    void decodersReadTheEncodersStages()
    {
        const RecipeModel multi("multinet", data());
        const auto readers = [&](const std::string &stage) {
            std::vector<std::string> ids;
            for (const Edge &edge : multi.experiment.graph.edges)
                if (edge.from.node == stage && !edge.to.node.starts_with("encoder"))
                    ids.push_back(edge.to.node);
            std::ranges::sort(ids);
            return ids;
        };
        QCOMPARE(readers("encoder_stage1"), std::vector<std::string>{"street_decoder"});
        QCOMPARE(readers("encoder_stage2"), (std::vector<std::string>{"cars_decoder", "street_decoder"}));
        QCOMPARE(readers("encoder_stage3"), (std::vector<std::string>{"cars_decoder", "kind_pool", "street_decoder"}));
        const std::vector<at::Tensor> predictions = multi.predictions();
        QCOMPARE(predictions[0].sizes().vec(), (std::vector<std::int64_t>{2, 4}));
        QCOMPARE(predictions[1].sizes().vec(), (std::vector<std::int64_t>{2, 2, 16, 16}));
        QCOMPARE(predictions[2].sizes().vec(), (std::vector<std::int64_t>{2, 7, 8, 8}));
        for (std::size_t task = 0; task < 3; ++task)
            QVERIFY(dependsOn(multi, task, "encoder_stage1.conv1.weight"));
    }

    /// What is shared does not grow with the tasks.
    void tasksAddDecodersOnly()
    {
        QCOMPARE(RecipeModel("multinet", data({"cars:boxes:3", "street:segmentation:2"})).sharedNumbers(),
                 RecipeModel("multinet", data({"cars:boxes:3", "street:segmentation:2", "d:depth", "n:normals", "kind:classification:4"})).sharedNumbers());
    }

    void cellsMayBeLarger()
    {
        QCOMPARE(RecipeModel("multinet", data(), {{"cell", std::int64_t(4)}}).predictions()[2].size(2), std::int64_t(4));
        QCOMPARE(RecipeModel("multinet", data(), {{"cell", std::int64_t(64)}}).predictions()[2].size(2), std::int64_t(4));
        const RecipeModel resnet("multinet", noiseData({3, 64, 64}, {"cars:boxes:3", "street:segmentation:2"}), {{"backbone", "resnet18"}});
        QCOMPARE(resnet.predictions()[0].size(2), std::int64_t(16));
        QCOMPARE(resnet.predictions()[1].size(2), std::int64_t(64));
    }

    void needsBoxes()
    {
        try {
            RecipeModel("multinet", data({"street:segmentation:2", "d:depth"}));
            QFAIL("accepted");
        } catch (const Error &error) {
            QCOMPARE(QString(error.what()), QString("recipe multinet: expected at least one task of kind boxes, found segmentation, depth"));
        }
    }

    void isExportedWhole() { QVERIFY(tracedDifference(RecipeModel("multinet", data())) < 1e-4); }
};

CONCORD_TEST(MultiNetTest)

} // namespace concord::test

#include "multinet_test.moc"
