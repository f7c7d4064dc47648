#include "tests/core/model/built_block.h"
#include "tests/core/model/pyramid_ports.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;

const concord::test::AddSuiteCase fpnDecoderCase("fpn_decoder", {.inputs = concord::test::pyramidPorts});

} // namespace

class FpnDecoderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Two levels by hand.
    void carriesCoarseFeaturesDown()
    {
        const concord::test::BuiltBlock built("fpn_decoder", {{"channels", Whole(3)}, {"upsample", Whole(1)}},
                                              {{"in.0", concord::test::features(2, 8, 6)}, {"in.1", concord::test::features(4, 4, 3)}}, 2);
        built.layer->setTraining(false);
        const at::Tensor fine = concord::test::randomTensor({2, 2, 8, 6}, 1);
        const at::Tensor coarse = concord::test::randomTensor({2, 4, 4, 3}, 2);
        const auto lateral = [&](int i, const at::Tensor &x) { return at::conv2d(x, built.parameter(fmt::format("lateral{}.weight", i))); };
        const auto smooth = [&](int i, const at::Tensor &x) {
            return (at::conv2d(x, built.parameter(fmt::format("smooth{}.0.weight", i)), {}, 1, 1) / std::sqrt(1 + 1e-5)).clamp_min(0);
        };
        const std::vector<std::int64_t> size = {8, 6};
        const auto grow = [&](const at::Tensor &x) { return at::upsample_bilinear2d(x, size, false); };
        const at::Tensor top = lateral(1, coarse);
        const at::Tensor expected = smooth(0, lateral(0, fine) + grow(top)) + grow(smooth(1, top));
        QVERIFY(at::allclose(built.layer->forward({fine, coarse})[0], expected, 1e-4, 1e-5));
        QCOMPARE(built.inference.macs, Whole(48 * (2 * 3 + 81) + 12 * (4 * 3 + 81)));
    }

    void refusesLevelsInTheWrongOrder()
    {
        const std::string found = concord::test::errorOf(
            [] { concord::test::BuiltBlock("fpn_decoder", {}, {{"in.0", concord::test::features(2, 4, 4)}, {"in.1", concord::test::features(2, 8, 8)}}, 2); });
        QCOMPARE(found, std::string("input 'in.1' expected a map no larger than 'in.0' (2×4×4), found 2×8×8"));
    }
};

CONCORD_TEST(FpnDecoderTest)
#include "fpn_decoder_test.moc"
