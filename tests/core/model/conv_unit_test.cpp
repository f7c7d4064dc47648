#include "core/model/conv_unit.h"

#include "tests/support/testing.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>

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

    /// With channels last and fewer than 16 channels LibTorch 1.13 writes past its memory in the backward pass. Whether the process dies of it is chance:
    /// the graph must show that the pixels were taken before the convolution.
    void smallKernelsWithStrides_data()
    {
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("out");
        QTest::addColumn<int>("stride");
        for (const auto &[in, out, stride] : {std::tuple(6, 12, 2), std::tuple(15, 8, 2), std::tuple(4, 12, 3), std::tuple(24, 48, 2)})
            QTest::addRow("%d to %d, stride %d", in, out, stride) << in << out << stride;
    }
    void smallKernelsWithStrides()
    {
        QFETCH(int, in);
        QFETCH(int, out);
        QFETCH(int, stride);
        at::manual_seed(4);
        for (int attempt = 0; attempt < 20; ++attempt) {
            const at::Tensor x = at::randn({8, in, 48, 47}).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
            const at::Tensor weight = at::randn({out, in, 1, 1}).requires_grad_();
            const at::Tensor y = convolve(x, weight, {}, stride, 1);
            QVERIFY(y.grad_fn()->next_edge(0).function->name().find("Slice") != std::string::npos);
            const at::Tensor direction = at::randn(y.sizes());
            const std::vector<at::Tensor> found = torch::autograd::grad({y}, {x, weight}, {direction});

            const at::Tensor exactX = x.detach().to(at::kDouble).requires_grad_();
            const at::Tensor exactWeight = weight.detach().to(at::kDouble).requires_grad_();
            const at::Tensor exact = at::conv2d(exactX, exactWeight, {}, stride);
            QCOMPARE(y.sizes().vec(), exact.sizes().vec());
            QVERIFY(at::allclose(y.to(at::kDouble), exact, 1e-4, 1e-4));
            const std::vector<at::Tensor> expected = torch::autograd::grad({exact}, {exactX, exactWeight}, {direction.to(at::kDouble)});
            for (std::size_t i = 0; i < found.size(); ++i)
                QVERIFY(at::allclose(found[i].to(at::kDouble), expected[i], 1e-4, 1e-2));
        }
    }
};

CONCORD_TEST(ConvUnitTest)

} // namespace concord::test

#include "conv_unit_test.moc"
