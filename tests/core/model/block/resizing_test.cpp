// downsample, upsample, global_pool and flatten on maps small enough to work out by hand.
#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;

at::Tensor count(Whole height, Whole width)
{
    return at::arange(1, height * width + 1, at::kFloat).view({1, 1, height, width});
}

at::Tensor runOn(const std::string &id, const ParamMap &params, const at::Tensor &x)
{
    return concord::test::BuiltBlock(id, params, {{"in", concord::test::features(x.size(1), x.size(2), x.size(3))}}).run(x);
}

} // namespace

class ResizingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pools()
    {
        QVERIFY(at::equal(runOn("downsample", {}, count(2, 5)).flatten(), at::tensor({7.0F, 9.0F})));
        QVERIFY(at::equal(runOn("downsample", {{"mode", "average"}}, count(2, 5)).flatten(), at::tensor({4.0F, 6.0F})));
        // Kernel 3, stride 2 has a border of one pixel, which does not count in the mean.
        QVERIFY(at::equal(runOn("downsample", {{"mode", "average"}, {"kernel", Whole(3)}}, count(2, 2)).flatten(), at::tensor({2.5F})));
        QVERIFY(at::equal(runOn("global_pool", {}, count(2, 3)), at::tensor({3.5F}).view({1, 1})));
        QVERIFY(at::equal(runOn("global_pool", {{"mode", "max"}}, count(2, 3)), at::tensor({6.0F}).view({1, 1})));
        QVERIFY(at::equal(runOn("flatten", {}, count(2, 2)), at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 4})));
    }

    void refusesMapsSmallerThanTheWindow()
    {
        const std::string found = concord::test::errorOf([] { runOn("downsample", {}, count(1, 4)); });
        QCOMPARE(found, std::string("expected a map of at least 2×2 for this kernel, found 1×4"));
    }

    /// Half-pixel centres: the new pixels lie at −1/4, 1/4, 3/4, 5/4 of the old ones; outside, the edge repeats.
    void upsamples()
    {
        QVERIFY(at::allclose(runOn("upsample", {}, count(1, 2))[0][0][0], at::tensor({1.0F, 1.25F, 1.75F, 2.0F})));
        QVERIFY(at::equal(runOn("upsample", {{"mode", "nearest"}}, count(1, 2))[0][0][0], at::tensor({1.0F, 1.0F, 2.0F, 2.0F})));
    }

    void onlyBilinearUpsamplingMayBeDeferred()
    {
        const auto deferrable = [](const ParamMap &params) {
            return concord::test::BuiltBlock("upsample", params, {{"in", concord::test::features(1, 2, 2)}}).layer->trailingUpsample();
        };
        QCOMPARE(deferrable({{"factor", Whole(4)}}), 4);
        QCOMPARE(deferrable({{"factor", Whole(4)}, {"mode", "nearest"}}), 0);
        QCOMPARE(deferrable({{"factor", Whole(1)}}), 0);
    }
};

CONCORD_TEST(ResizingTest)
#include "resizing_test.moc"
