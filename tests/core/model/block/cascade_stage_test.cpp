#include "tests/core/model/built_block.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using concord::test::BuiltBlock;

/// Predictions of any size, or of the whole image.
PortTypes cascadePorts(const Block &, int repeats, Random &random)
{
    const auto number = [&](Whole most) { return 1 + Whole(random.below(std::uint64_t(most))); };
    PortTypes ports = {{"in", concord::test::features(number(5), number(9), number(9))}};
    for (int i = 0; i < repeats; ++i)
        ports[fmt::format("prediction.{}", i)] = random.chance(0.3) ? concord::test::vector(number(4)) : concord::test::features(number(4), number(12), number(12));
    return ports;
}

const concord::test::AddSuiteCase cascadeStageCase("cascade_stage", {.inputs = cascadePorts});

BuiltBlock cascade(const std::string &gradient)
{
    return BuiltBlock("cascade_stage", {{"channels", Whole(5)}, {"gradient", gradient}},
                      {{"in", concord::test::features(3, 4, 6)}, {"prediction.0", concord::test::features(2, 8, 12)}, {"prediction.1", concord::test::vector(4)}}, 2);
}

} // namespace

class CascadeStageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// One convolution over the features, the prediction's means, and the vector at every place.
    void readsFeaturesAndPredictions()
    {
        const BuiltBlock built = cascade("through");
        built.layer->setTraining(false);
        const at::Tensor x = concord::test::randomTensor({2, 3, 4, 6}, 1);
        const at::Tensor map = concord::test::randomTensor({2, 2, 8, 12}, 2);
        const at::Tensor flat = concord::test::randomTensor({2, 4}, 3);
        const at::Tensor joined = at::cat({x, at::avg_pool2d(map, 2), flat.view({2, 4, 1, 1}).repeat({1, 1, 4, 6})}, 1);
        const at::Tensor expected = (at::conv2d(joined, built.parameter("conv.weight"), {}, 1, 1) / std::sqrt(1 + 1e-5)).clamp_min(0);
        QVERIFY(at::allclose(built.layer->forward({x, map, flat})[0], expected, 1e-4, 1e-5));
        QCOMPARE(built.inference.parameters, Whole(9 * 9 * 5 + 2 * 5));
        QCOMPARE(built.inference.macs, Whole(24 * 9 * 9 * 5));
    }

    void gradientGoesThroughOrStops()
    {
        for (const bool through : {true, false}) {
            const BuiltBlock built = cascade(through ? "through" : "stop");
            std::vector<at::Tensor> inputs = {concord::test::randomTensor({2, 3, 4, 6}, 1), concord::test::randomTensor({2, 2, 8, 12}, 2), concord::test::randomTensor({2, 4}, 3)};
            for (at::Tensor &input : inputs)
                input.set_requires_grad(true);
            built.layer->forward(inputs)[0].square().sum().backward();
            QVERIFY(inputs[0].grad().abs().max().item<float>() > 0);
            for (std::size_t i = 1; i < 3; ++i) {
                QCOMPARE(inputs[i].grad().defined() && inputs[i].grad().abs().max().item<float>() > 0, through);
                QCOMPARE(built.layer->connects(i, 0), through);
            }
            QVERIFY(built.layer->connects(0, 0));
        }
    }
};

CONCORD_TEST(CascadeStageTest)
#include "cascade_stage_test.moc"
