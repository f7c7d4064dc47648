#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

class DenseDecoderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesOutTheUpsamplingWhenDeferred()
    {
        const concord::test::BuiltBlock built("dense_decoder", {{"upsample", std::int64_t(3)}}, {{"in", concord::test::features(5, 4, 6)}});
        QCOMPARE(built.layer->trailingUpsample(), 3);
        QCOMPARE(shapeText(built.shape()), std::string("64×12×18"));
        QCOMPARE(built.inference.macs, std::int64_t(9 * 5 * 64 * 4 * 6));
        built.layer->setTraining(false);
        const at::Tensor x = concord::test::randomTensor({2, 5, 4, 6});
        const at::Tensor large = built.run(x);
        built.layer->setUpsampleDeferred(true);
        const at::Tensor small = built.run(x);
        QCOMPARE(small.size(3), std::int64_t(6));
        // With an odd factor the middle of each 3×3 patch is the small map's own value.
        QVERIFY(at::allclose(large.slice(2, 1, {}, 3).slice(3, 1, {}, 3), small, 1e-5, 1e-6));
    }

    void hasNothingToDeferAtFactorOne()
    {
        const concord::test::BuiltBlock built("dense_decoder", {{"upsample", std::int64_t(1)}}, {{"in", concord::test::features(5, 4, 6)}});
        QCOMPARE(built.layer->trailingUpsample(), 0);
    }
};

CONCORD_TEST(DenseDecoderTest)
#include "dense_decoder_test.moc"
