#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

std::vector<at::Tensor> threeMaps()
{
    std::vector<at::Tensor> maps;
    for (std::uint64_t i = 1; i <= 3; ++i)
        maps.push_back(concord::test::randomTensor({2, 4, 5, 6}, i));
    return maps;
}

PortTypes threePorts(std::int64_t channelsOfLast = 4)
{
    return {{"in.0", concord::test::features(4, 5, 6)}, {"in.1", concord::test::features(4, 5, 6)}, {"in.2", concord::test::features(channelsOfLast, 5, 6)}};
}

} // namespace

class CrossStitchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void identityKeepsTheColumnsApart()
    {
        const concord::test::BuiltBlock built("cross_stitch", {{"same", 1.0}}, threePorts(), 3);
        const std::vector<at::Tensor> maps = threeMaps();
        const std::vector<at::Tensor> outputs = built.layer->forward(maps);
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(at::equal(outputs[i], maps[i]));
    }

    void equalSharesGiveTheMean()
    {
        for (const char *alpha : {"channel", "layer"}) {
            const concord::test::BuiltBlock built("cross_stitch", {{"same", 1.0 / 3}, {"alpha", alpha}}, threePorts(), 3);
            const std::vector<at::Tensor> maps = threeMaps();
            for (const at::Tensor &output : built.layer->forward(maps))
                QVERIFY(at::allclose(output, (maps[0] + maps[1] + maps[2]) / 3, 1e-5, 1e-6));
        }
    }

    void mixesByRowsOfAlpha()
    {
        const concord::test::BuiltBlock built("cross_stitch", {}, threePorts(), 3);
        const at::NoGradGuard noGrad;
        at::Tensor &alpha = built.parameter("alpha");
        QVERIFY(at::allclose(alpha[1][2], at::tensor({0.05F, 0.05F, 0.9F})));
        alpha.copy_(concord::test::randomTensor({4, 3, 3}, 9));
        const std::vector<at::Tensor> maps = threeMaps();
        const at::Tensor expected = at::einsum("cij,jnchw->inchw", {alpha, at::stack(maps)});
        QVERIFY(at::allclose(at::stack(built.layer->forward(maps)), expected, 1e-5, 1e-5));
        QVERIFY(built.layer->parameters()[0].outputs.empty());   // shared by all
    }

    void ordersMoreThanTenPortsByNumber()
    {
        PortTypes inputs;
        for (int i = 0; i < 12; ++i)
            inputs[fmt::format("in.{}", i)] = concord::test::vector(3);
        const concord::test::BuiltBlock built("cross_stitch", {{"type", "vector"}, {"same", 1.0}}, inputs, 12);
        std::vector<at::Tensor> values;
        for (int i = 0; i < 12; ++i)
            values.push_back(at::full({2, 3}, double(i)));
        QVERIFY(at::equal(built.layer->forward(values)[10], values[10]));
        QCOMPARE(built.inference.macs, std::int64_t(12 * 12 * 3));
    }

    void refusesDifferentShapes()
    {
        const std::string found = concord::test::errorOf([] { concord::test::BuiltBlock("cross_stitch", {}, threePorts(7), 3); });
        QCOMPARE(found, std::string("input 'in.2' expected 4×5×6 as at 'in.0', found 7×5×6"));
    }
};

CONCORD_TEST(CrossStitchTest)
#include "cross_stitch_test.moc"
