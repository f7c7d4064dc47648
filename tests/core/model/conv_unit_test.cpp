#include "core/model/conv_unit.h"

#include "tests/support/testing.h"

#include <torch/csrc/autograd/autograd.h>

namespace concord::test {

class ConvUnitTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// LibTorch 1.13 leaves bfloat16 weight gradients of narrow maps unwritten where the stride exceeds 1: freed memory shows, so it is filled with NaN.
    void gradientsOfNarrowMaps_data()
    {
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("groups");
        for (const auto &[height, width] : {std::pair(1, 1), std::pair(2, 1), std::pair(5, 1), std::pair(1, 4), std::pair(4, 3)})
            for (const int groups : {1, 16})
                QTest::addRow("%dx%d, %d groups", height, width, groups) << height << width << groups;
    }
    void gradientsOfNarrowMaps()
    {
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(int, groups);
        at::manual_seed(3);
        for (int attempt = 0; attempt < 20; ++attempt) {
            {
                std::vector<at::Tensor> litter;
                for (std::int64_t size = 16; size <= 4096; size *= 2)
                    litter.push_back(at::full({size}, std::numeric_limits<float>::quiet_NaN()));
            }
            // The strides of tokens seen as a map.
            const at::Tensor x = at::randn({3, height * width, 16}).to(at::kBFloat16).transpose(1, 2).reshape({3, 16, height, width});
            const at::Tensor weight = at::randn({16, 16 / groups, 3, 3}).to(at::kBFloat16).requires_grad_();
            const at::Tensor y = convolve(x, weight, {}, 2, 1, groups);
            const at::Tensor direction = at::randn(y.sizes());
            const at::Tensor found = torch::autograd::grad({y}, {weight}, {direction.to(at::kBFloat16)}).front().to(at::kDouble);

            const at::Tensor exactWeight = weight.detach().to(at::kDouble).requires_grad_();
            const at::Tensor exact = at::conv2d(x.to(at::kDouble), exactWeight, {}, 2, 1, 1, groups);
            QCOMPARE(y.sizes().vec(), exact.sizes().vec());
            const at::Tensor expected = torch::autograd::grad({exact}, {exactWeight}, {direction.to(at::kDouble)}).front();
            QVERIFY((found - expected).abs().max().item<double>() <= 0.03 * expected.abs().max().item<double>());
        }
    }
};

CONCORD_TEST(ConvUnitTest)

} // namespace concord::test

#include "conv_unit_test.moc"
