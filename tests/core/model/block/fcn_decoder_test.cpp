#include "tests/core/model/built_block.h"
#include "tests/core/model/pyramid_ports.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;

const concord::test::AddSuiteCase fcnDecoderCase("fcn_decoder", {.inputs = concord::test::pyramidPorts});

} // namespace

class FcnDecoderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Two levels by hand.
    void addsScoresFromCoarseToFine()
    {
        const concord::test::BuiltBlock built("fcn_decoder", {{"channels", Whole(3)}, {"upsample", Whole(2)}},
                                              {{"in.0", concord::test::features(2, 8, 6)}, {"in.1", concord::test::features(4, 4, 3)}}, 2);
        const at::Tensor fine = concord::test::randomTensor({2, 2, 8, 6}, 1);
        const at::Tensor coarse = concord::test::randomTensor({2, 4, 4, 3}, 2);
        const auto score = [&](int i, const at::Tensor &x) {
            return at::conv2d(x, built.parameter(fmt::format("score{}.weight", i)), built.parameter(fmt::format("score{}.bias", i)));
        };
        const auto grow = [&](const at::Tensor &x, Whole height, Whole width) { return at::upsample_bilinear2d(x, {height, width}, false); };
        const at::Tensor expected = grow(score(0, fine) + grow(score(1, coarse), 8, 6), 16, 12);
        QVERIFY(at::allclose(built.layer->forward({fine, coarse})[0], expected, 1e-4, 1e-5));
        QCOMPARE(built.inference.macs, Whole(48 * 2 * 3 + 12 * 4 * 3));
        QCOMPARE(built.inference.parameters, Whole((2 + 1 + 4 + 1) * 3));
    }

    void refusesLevelsInTheWrongOrder()
    {
        const std::string found = concord::test::errorOf(
            [] { concord::test::BuiltBlock("fcn_decoder", {}, {{"in.0", concord::test::features(2, 4, 4)}, {"in.1", concord::test::features(2, 8, 8)}}, 2); });
        QCOMPARE(found, std::string("input 'in.1' expected a map no larger than 'in.0' (2×4×4), found 2×8×8"));
    }
};

CONCORD_TEST(FcnDecoderTest)
#include "fcn_decoder_test.moc"
