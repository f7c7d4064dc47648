#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

namespace {

PortTypes lossInputs(const Shape &prediction, const Shape &label, TaskKind kind, std::int64_t classes)
{
    return {{"prediction", {.type = PortType::prediction, .shape = prediction, .task = {}}},
            {"label",
             {.type = PortType::label,
              .shape = label,
              .task = {.name = "t", .kind = kind, .classes = classes, .ignore = -1, .unit = "", .classNames = {}}}}};
}

QString refusal(const std::string &id, const PortTypes &inputs, const ParamMap &params = {})
{
    try {
        makeLoss(id, {}, params)->infer(inputs, 0);
    } catch (const Error &error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

class LossBlockTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatItExpectedAndFound_data()
    {
        QTest::addColumn<QString>("found");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *tag, const QString &found, const QString &expected) { QTest::newRow(tag) << found << expected; };
        using enum TaskKind;
        row("fits", refusal("cross_entropy", lossInputs({11, 96, 96}, {96, 96}, segmentation, 11)), "accepted");
        row("channels", refusal("cross_entropy", lossInputs({8, 96, 96}, {96, 96}, segmentation, 11)), "expected 11 channels for 11 classes, found 8");
        row("size", refusal("cross_entropy", lossInputs({11, 48, 48}, {96, 96}, segmentation, 11)),
            "expected prediction of 96×96 as the label, found 48×48");
        row("size with channel", refusal("l1", lossInputs({1, 48, 32}, {1, 96, 64}, depth, 1)), "expected prediction of 96×64 as the label, found 48×32");
        row("kind", refusal("l1", lossInputs({11, 96, 96}, {96, 96}, segmentation, 11)),
            "this loss is for depth, normals or regression, found a label of kind segmentation");
        row("depth channels", refusal("berhu", lossInputs({3, 8, 8}, {1, 8, 8}, depth, 1)), "expected 1 channel for depth, found 3");
        row("normals channels", refusal("cosine_normals", lossInputs({1, 8, 8}, {3, 8, 8}, normals, 3)), "expected 3 channels for normals, found 1");
        row("values", refusal("l2", lossInputs({5}, {7}, regression, 7)), "expected 7 values for 7 values, found 5");
        row("rank", refusal("cross_entropy", lossInputs({64}, {96, 96}, segmentation, 11)),
            "expected a prediction [channels, height, width] for segmentation, found 64");
        row("flat", refusal("cross_entropy", lossInputs({10, 4, 4}, {}, classification, 10)), "expected a prediction [values] for classification, found 10×4×4");
        row("weights", refusal("cross_entropy", lossInputs({3}, {}, classification, 3), {{"class_weights", std::vector<std::string>{"1", "2"}}}),
            "class_weights: expected 3 numbers for 3 classes, found 2");
        row("weight text", refusal("cross_entropy", lossInputs({1}, {}, classification, 1), {{"class_weights", std::vector<std::string>{"one"}}}),
            "class_weights: expected a number, found 'one'");
        row("negative weight", refusal("cross_entropy", lossInputs({1}, {}, classification, 1), {{"class_weights", std::vector<std::string>{"-1"}}}),
            "class_weights: expected numbers of at least 0, found '-1'");
    }
    void saysWhatItExpectedAndFound()
    {
        QFETCH(QString, found);
        QFETCH(QString, expected);
        QCOMPARE(found, expected);
    }

    void needsBothLinks()
    {
        PortTypes inputs = lossInputs({10}, {}, TaskKind::classification, 10);
        inputs.erase("label");
        QCOMPARE(refusal("cross_entropy", inputs), QString("input 'label' expected a link, found none"));
    }

    void portsAreTyped()
    {
        const std::unique_ptr<LossBlock> loss = makeLoss("l1", {});
        QCOMPARE(loss->inputs().size(), std::size_t(2));
        QVERIFY(loss->inputs()[0].type == PortType::prediction && loss->inputs()[0].id == "prediction");
        QVERIFY(loss->inputs()[1].type == PortType::label && loss->inputs()[1].id == "label");
        QVERIFY(loss->outputs().size() == 1 && loss->outputs()[0].type == PortType::loss);
    }
};

CONCORD_TEST(LossBlockTest)
#include "loss_block_test.moc"
