#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

class AsppTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsMultiplyAdds()
    {
        const concord::test::BuiltBlock built("aspp", {{"rates", std::vector<std::int64_t>{2, 4}}, {"channels", std::int64_t(8)}},
                                              {{"in", concord::test::features(5, 6, 7)}});
        QCOMPARE(built.inference.macs, std::int64_t(42 * (5 * 8 + 2 * 9 * 5 * 8 + 4 * 8 * 8) + 5 * 8));
        QCOMPARE(shapeText(built.shape()), std::string("8×6×7"));
    }

    /// The global branch lets every pixel see every other; without it the reach is the largest rate.
    void seesAsFarAsItSays()
    {
        for (const bool global : {false, true}) {
            const concord::test::BuiltBlock built("aspp", {{"rates", std::vector<std::int64_t>{2}}, {"global", global}, {"channels", std::int64_t(32)}},
                                                  {{"in", concord::test::features(3, 9, 9)}});
            built.layer->setTraining(false);
            const at::Tensor x = concord::test::randomTensor({1, 3, 9, 9}).set_requires_grad(true);
            const at::Tensor reach = torch::autograd::grad({built.run(x).select(2, 0).select(2, 0).sum()}, {x}).front().abs().sum(1)[0];
            QVERIFY(reach[2][2].item<float>() > 0 && reach[0][0].item<float>() > 0);
            QCOMPARE(reach[8][8].item<float>() > 0, global);
            QCOMPARE(reach[1][1].item<float>() > 0, global);   // between the taps
        }
    }
};

CONCORD_TEST(AsppTest)
#include "aspp_test.moc"
