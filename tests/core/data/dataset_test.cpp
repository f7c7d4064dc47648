#include "core/data/dataset.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <set>

using namespace concord;
using namespace concord::test;

/// Every data block that is registered and can work without files.
class DatasetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void labelShapesFollowTheKind()
    {
        const Shape image = {3, 4, 5};
        QCOMPARE(labelShape({.kind = TaskKind::segmentation}, image), (Shape{4, 5}));
        QCOMPARE(labelShape({.kind = TaskKind::depth}, image), (Shape{1, 4, 5}));
        QCOMPARE(labelShape({.kind = TaskKind::normals}, image), (Shape{3, 4, 5}));
        QCOMPARE(labelShape({.kind = TaskKind::classification}, image), Shape{});
        QCOMPARE(labelShape({.kind = TaskKind::boxes, .classes = 7}, image), (Shape{mostBoxes, 5}));
        QVERIFY(!isDense(TaskKind::boxes) && predictsMap(TaskKind::boxes) && predictsMap(TaskKind::depth) && !predictsMap(TaskKind::regression));
        QCOMPARE(labelShape({.kind = TaskKind::multilabel, .classes = 7}, image), Shape{7});
        VERIFY_COMPLAINT(labelShape({.name = "deep", .kind = TaskKind::depth}, {512}), "deep", "expected", "512");
    }

    void imageSizeTakesOneOrTwoNumbers()
    {
        QCOMPARE(imageSize({7}, "size"), (ImageSize{7, 7}));
        QCOMPARE(imageSize({7, 9}, "size"), (ImageSize{7, 9}));
        VERIFY_COMPLAINT(imageSize({1, 2, 3}, "size"), "size", "expected", "found 3");
        VERIFY_COMPLAINT(imageSize({0}, "size"), "size", "found 0");
    }

    void blocksOfferAnImageAndALabelForEachTask()
    {
        const auto block = dataBlock("scenes", {{"tasks", std::vector<std::string>{"depth", "segmentation"}}, {"size", std::vector<std::int64_t>{16, 24}}});
        const std::vector<Port> ports = block->outputs();
        QCOMPARE(ports.size(), 3u);
        QCOMPARE(ports[0].id, std::string("image"));
        QCOMPARE(ports[1].id, std::string("label.depth"));
        QCOMPARE(ports[2].type, PortType::label);
        const Inference inference = block->infer({}, 1);
        QCOMPARE(inference.parameters, 0);
        QCOMPARE(inference.macs, 0);
        QCOMPARE(inference.outputs.at("image").type, PortType::image);
        QCOMPARE(inference.outputs.at("image").shape, (Shape{3, 16, 24}));
        QCOMPARE(inference.outputs.at("label.segmentation").shape, (Shape{16, 24}));
        QCOMPARE(inference.outputs.at("label.segmentation").task.classes, 12);
        QCOMPARE(inference.outputs.at("label.depth").task.kind, TaskKind::depth);
    }

    void flatDataIsAVector()
    {
        const auto block = dataBlock("random_data", {{"shape", std::vector<std::int64_t>{512}}, {"tasks", std::vector<std::string>{"attr:multilabel:1:40"}}});
        QCOMPARE(block->outputs().size(), 41u);
        QCOMPARE(block->outputs()[0].type, PortType::vector);
        QCOMPARE(block->infer({}, 1).outputs.at("image").type, PortType::vector);
    }

    void aBlockInTroubleKeepsItsImagePort()
    {
        const auto block = dataBlock("scenes", {{"tasks", std::vector<std::string>{"colour"}}});
        QCOMPARE(block->outputs().size(), 1u);
        VERIFY_COMPLAINT(block->infer({}, 1), "colour", "segmentation, depth, normals, edges");
    }

    void everyDataBlockExplainsItself()
    {
        int found = 0;
        for (const auto &[id, entry] : BlockRegistry::instance().entries()) {
            if (entry.card.category != "Data")
                continue;
            ++found;
            const std::unique_ptr<Block> block = entry.make();
            QVERIFY(dynamic_cast<DataBlock *>(block.get()));
            QVERIFY(!entry.card.title.empty() && !entry.card.summary.empty());
            for (const ParamSpec &spec : listParams(*block))
                QVERIFY2(!spec.info.help.empty(), (id + "." + spec.name).c_str());
        }
        QCOMPARE(found, 4);
    }

    void namesOfSplits()
    {
        QCOMPARE(std::string(name(Split::train)), std::string("train"));
        QCOMPARE(std::string(name(Split::test)), std::string("test"));
    }
};

CONCORD_TEST(DatasetTest)
#include "dataset_test.moc"
