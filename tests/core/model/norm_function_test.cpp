#include "core/model/norm_function.h"

#include "core/tensor/threads.h"

#include "tests/support/testing.h"

#include <torch/csrc/autograd/autograd.h>

namespace concord::test {

/// Everything that a normalisation takes and gives, computed by LibTorch's operators in double or by ours.
struct NormCase
{
    at::Tensor x, weight, bias, residual, direction, mean, variance;

    NormCase(at::IntArrayRef sizes, bool hasResidual, double offset)
    {
        at::manual_seed(sizes[0] + sizes[1]);
        x = (at::randn(sizes) * 2 + offset).contiguous(format(sizes));
        weight = at::rand({sizes[1]}) + 0.5;
        bias = at::randn({sizes[1]}) * 0.3;
        if (hasResidual)
            residual = at::randn(sizes).contiguous(format(sizes));
        direction = at::randn(sizes).contiguous(format(sizes));
        mean = at::randn({sizes[1]});
        variance = at::rand({sizes[1]}) + 1;
    }

    static at::MemoryFormat format(at::IntArrayRef sizes) { return sizes.size() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous; }

    NormCase to(at::ScalarType map, at::ScalarType numbers) const
    {
        NormCase copy = *this;
        for (at::Tensor *t : {&copy.x, &copy.residual, &copy.direction})
            if (t->defined())
                *t = t->to(map);
        for (at::Tensor *t : {&copy.weight, &copy.bias, &copy.mean, &copy.variance})
            *t = t->to(numbers).clone();
        return copy;
    }

    /// Output, running statistics, gradients of x, weight, bias and the residual.
    std::vector<at::Tensor> run(bool rectified, bool ours)
    {
        std::vector<at::Tensor> inputs = {x.requires_grad_(), weight.requires_grad_(), bias.requires_grad_()};
        if (residual.defined())
            inputs.push_back(residual.requires_grad_());
        at::Tensor y;
        if (ours) {
            y = normaliseBatch(x, {weight, bias, mean, variance}, residual, rectified);
        } else {
            y = at::batch_norm(x, weight, bias, mean, variance, /*training=*/true, 0.1, 1e-5, false);
            if (residual.defined())
                y = y + residual;
            if (rectified)
                y = y.relu();
        }
        std::vector<at::Tensor> result = {y.detach(), mean, variance};
        for (const at::Tensor &gradient : torch::autograd::grad({y}, inputs, {direction}))
            result.push_back(gradient);
        return result;
    }
};

class NormFunctionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithLibTorch_data()
    {
        QTest::addColumn<std::vector<std::int64_t>>("sizes");
        QTest::addColumn<double>("offset");
        QTest::newRow("vectors") << std::vector<std::int64_t>{37, 19} << 1.0;
        QTest::newRow("odd map") << std::vector<std::int64_t>{3, 13, 7, 5} << 0.0;
        QTest::newRow("one row a piece") << std::vector<std::int64_t>{5, 8192, 1, 2} << 0.0;
        QTest::newRow("several threads") << std::vector<std::int64_t>{8, 32, 64, 48} << 0.5;
        QTest::newRow("far from zero") << std::vector<std::int64_t>{4, 16, 20, 20} << 500.0;
    }

    void agreesWithLibTorch()
    {
        QFETCH(std::vector<std::int64_t>, sizes);
        QFETCH(double, offset);
        for (const bool hasResidual : {false, true})
            for (const bool rectified : {false, true}) {
                const NormCase made(sizes, hasResidual, offset);
                const std::vector<at::Tensor> exact = made.to(at::kDouble, at::kDouble).run(rectified, false);
                const std::vector<at::Tensor> found = made.to(at::kFloat, at::kFloat).run(rectified, true);
                const std::vector<at::Tensor> theirs = made.to(at::kFloat, at::kFloat).run(rectified, false);
                QCOMPARE(found.size(), exact.size());
                for (std::size_t i = 0; i < exact.size(); ++i) {
                    const double size = exact[i].norm().item<double>();
                    const double error = (found[i].to(at::kDouble) - exact[i]).norm().item<double>();
                    const double usual = (theirs[i].to(at::kDouble) - exact[i]).norm().item<double>();
                    QVERIFY2(error <= 2e-6 * size + 2 * usual + 1e-6, qPrintable(QString("%1: %2 of %3, LibTorch %4").arg(i).arg(error).arg(size).arg(usual)));
                }
            }
    }

    void bfloat16StaysNear()
    {
        const std::vector<std::int64_t> sizes = {4, 24, 9, 11};
        for (const bool hasResidual : {false, true}) {
            const NormCase made = NormCase(sizes, hasResidual, 0.5).to(at::kBFloat16, at::kFloat);
            const std::vector<at::Tensor> exact = made.to(at::kDouble, at::kDouble).run(true, false);
            const std::vector<at::Tensor> found = NormCase(made).to(at::kBFloat16, at::kFloat).run(true, true);
            QCOMPARE(found[0].scalar_type(), at::kBFloat16);
            QCOMPARE(found[4].scalar_type(), at::kFloat);
            for (std::size_t i = 0; i < exact.size(); ++i)
                QVERIFY((found[i].to(at::kDouble) - exact[i]).norm().item<double>() <= 0.01 * exact[i].norm().item<double>());
        }
    }

    void theNumberOfThreadsChangesNoBit()
    {
        const NormCase made({8, 32, 64, 48}, true, 0);
        std::vector<std::vector<at::Tensor>> found;
        for (const int threads : {1, 2}) {
            setThreads(threads);
            found.push_back(made.to(at::kFloat, at::kFloat).run(true, true));
        }
        setThreads(1);
        for (std::size_t i = 0; i < found[0].size(); ++i)
            QVERIFY(at::equal(found[0][i], found[1][i]));
    }

    void aNaNShows()
    {
        NormCase made({4, 16, 4, 4}, false, 0);
        made.x[0][3][1][1] = std::numeric_limits<float>::quiet_NaN();
        const at::Tensor y = made.to(at::kFloat, at::kFloat).run(true, true)[0];
        QVERIFY(y.select(1, 3).isnan().all().item<bool>());
        QVERIFY(!y.select(1, 2).isnan().any().item<bool>());
    }

    void refusesSecondDerivatives()
    {
        NormCase made = NormCase({4, 16, 4, 4}, false, 0).to(at::kFloat, at::kFloat);
        made.x.requires_grad_();
        const at::Tensor y = normaliseBatch(made.x, {made.weight, made.bias, made.mean, made.variance}, {}, true);
        QVERIFY_EXCEPTION_THROWN(torch::autograd::grad({y.sum()}, {made.x}, {}, true, /*create_graph=*/true), std::exception);
    }
};

CONCORD_TEST(NormFunctionTest)

} // namespace concord::test

#include "norm_function_test.moc"
