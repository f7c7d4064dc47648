#include "core/model/deformable_unit.h"
#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

/// A deformable convolution as a layer.
class DeformableLayer : public Layer
{
public:
    explicit DeformableLayer(const DeformableOptions &options)
        : unit(*this, options)
    {
        initialise(makeGenerator(at::kCPU, 4));
        const at::NoGradGuard noGrad;
        at("unit.bias").normal_(0, 1, makeGenerator(at::kCPU, 5));
    }
    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override { return {unit(inputs[0])}; }

    at::Tensor &at(const std::string &name)
    {
        for (Parameter &parameter : parameters())
            if (parameter.name == name)
                return parameter.value;
        throw Error("no parameter '{}'", name);
    }

    DeformableUnit unit;
};

class DeformableUnitTest : public QObject
{
    Q_OBJECT

    static DeformableOptions options(std::int64_t kernel, std::int64_t groups = 1)
    {
        return {.prefix = "unit", .in = 4, .out = 3, .kernel = kernel, .groups = groups};
    }

    /// Moves all taps of the groups in `which` by so many pixels.
    static void move(DeformableLayer &layer, std::int64_t taps, std::vector<std::int64_t> which, double right, double down)
    {
        const at::NoGradGuard noGrad;
        for (const std::int64_t group : which)
            for (std::int64_t tap = 0; tap < taps; ++tap) {
                layer.at("unit.offset.bias")[2 * (group * taps + tap)].fill_(right);
                layer.at("unit.offset.bias")[2 * (group * taps + tap) + 1].fill_(down);
            }
    }

    /// The convolution of x moved by whole pixels, zero outside of x.
    static at::Tensor shifted(DeformableLayer &layer, const at::Tensor &x, std::int64_t kernel, std::int64_t right, std::int64_t down)
    {
        const at::Tensor wide = at::conv2d(at::constant_pad_nd(x, {4, 4, 4, 4}), layer.at("unit.weight"), layer.at("unit.bias"), 1, kernel / 2);
        return wide.narrow(2, 4 + down, x.size(2)).narrow(3, 4 + right, x.size(3));
    }

private Q_SLOTS:
    void zeroOffsetsAreAPlainConvolution()
    {
        const at::Tensor x = randomTensor({2, 4, 5, 7});
        for (const std::int64_t kernel : {1, 3, 5})
            for (const std::int64_t groups : {1, 2, 4}) {
                DeformableLayer layer(options(kernel, groups));
                const at::Tensor plain = at::conv2d(x, layer.at("unit.weight"), layer.at("unit.bias"), 1, kernel / 2);
                QVERIFY(at::allclose(layer.forward({x})[0], plain, 1e-4, 1e-4));
            }
    }

    void aWholePixelShiftsTheConvolution()
    {
        const at::Tensor x = randomTensor({2, 4, 5, 7});
        for (const auto &[right, down] : {std::pair(1, 0), std::pair(0, 1), std::pair(-2, 1)}) {
            DeformableLayer layer(options(3));
            move(layer, 9, {0}, right, down);
            QVERIFY(at::allclose(layer.forward({x})[0], shifted(layer, x, 3, right, down), 1e-4, 1e-4));
            QVERIFY(!at::allclose(layer.forward({x})[0], shifted(layer, x, 3, 0, 0), 1e-2, 1e-2));
        }
    }

    /// Between two pixels it reads their mean; beyond the border half of the last.
    void betweenPixelsReadsBothBilinearly()
    {
        DeformableLayer layer(options(1));
        move(layer, 1, {0}, 0.5, 0);
        const at::Tensor x = randomTensor({1, 4, 3, 4});
        const at::Tensor between = (shifted(layer, x, 1, 0, 0) + shifted(layer, x, 1, 1, 0)) / 2;
        QVERIFY(at::allclose(layer.forward({x})[0], between, 1e-4, 1e-4));
    }

    /// The second group's offsets move its two channels alone.
    void groupsMoveByThemselves()
    {
        DeformableLayer layer(options(3, 2));
        move(layer, 9, {1}, 1, 0);
        const at::Tensor x = randomTensor({2, 4, 5, 7});
        const at::Tensor first = at::cat({x.narrow(1, 0, 2), at::zeros_like(x.narrow(1, 0, 2))}, 1);
        const at::Tensor bias = layer.at("unit.bias").reshape({1, 3, 1, 1});
        const at::Tensor expected = shifted(layer, first, 3, 0, 0) + shifted(layer, x - first, 3, 1, 0) - bias;
        QVERIFY(at::allclose(layer.forward({x})[0], expected, 1e-4, 1e-4));
    }

    /// Against central differences, away from whole pixels where the derivative jumps.
    void offsetsLearn()
    {
        DeformableLayer layer(options(3));
        move(layer, 9, {0}, 0.3, -0.4);
        const at::Tensor x = randomTensor({1, 4, 5, 6});
        const at::Tensor weight = randomTensor({1, 3, 5, 6}, 9);
        const auto value = [&] { return (layer.forward({x})[0] * weight).sum(); };
        at::Tensor &offsets = layer.at("unit.offset.bias");
        const at::Tensor gradient = torch::autograd::grad({value()}, {offsets})[0];
        const at::NoGradGuard noGrad;
        for (const std::int64_t i : {0, 1, 8, 17}) {
            constexpr double step = 1e-2; // bilinear: exact for any step within a cell
            offsets[i].add_(step);
            const double above = value().item<double>();
            offsets[i].sub_(2 * step);
            const double below = value().item<double>();
            offsets[i].add_(step);
            const double numeric = (above - below) / (2 * step);
            QVERIFY(std::abs(gradient[i].item<double>() - numeric) < 1e-2 * (1 + std::abs(numeric)));
        }
    }

    void countsParameters()
    {
        for (const std::int64_t groups : {1, 2}) {
            DeformableLayer layer(options(3, groups));
            QCOMPARE(countParameters(layer), DeformableUnit::parameterCount(options(3, groups)));
            QCOMPARE(countParameters(layer), 9 * 4 * 3 + 3 + groups * 18 * (9 * 4 + 1));
        }
    }
};

CONCORD_TEST(DeformableUnitTest)

} // namespace concord::test

#include "deformable_unit_test.moc"
