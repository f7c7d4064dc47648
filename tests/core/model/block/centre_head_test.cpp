#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

class CentreHeadTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Three branches side by side, by hand.
    void predictsHeatSizesAndOffsets()
    {
        using Whole = std::int64_t;
        const concord::test::BuiltBlock built("centre_head", {{"classes", Whole(3)}, {"channels", Whole(5)}}, {{"in", concord::test::features(4, 6, 7)}});
        QCOMPARE(built.inference.outputs.at("out").type, PortType::prediction);
        QCOMPARE(built.shape(), (Shape{7, 6, 7}));
        QCOMPARE(built.inference.parameters, Whole(3 * (9 * 4 * 5 + 5) + (5 + 1) * 7));
        QCOMPARE(built.inference.macs, Whole(42 * (3 * 9 * 4 * 5 + 5 * 7)));
        const at::Tensor x = concord::test::randomTensor({2, 4, 6, 7});
        std::vector<at::Tensor> expected;
        for (const std::string branch : {"heat", "size", "offset"}) {
            const at::Tensor hidden = at::conv2d(x, built.parameter(branch + ".0.weight"), built.parameter(branch + ".0.bias"), 1, 1).clamp_min(0);
            expected.push_back(at::conv2d(hidden, built.parameter(branch + ".1.weight"), built.parameter(branch + ".1.bias")));
        }
        QVERIFY(at::allclose(built.run(x), at::cat(expected, 1), 1e-5, 1e-6));
        // log(0.1 / 0.9): one cell in ten at the start.
        QVERIFY(at::allclose(built.parameter("heat.1.bias"), at::full({3}, -2.19F)));
        QCOMPARE(built.parameter("size.1.bias").abs().max().item<float>(), 0.F);
    }
};

CONCORD_TEST(CentreHeadTest)
#include "centre_head_test.moc"
