#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using concord::test::BuiltBlock;

/// Columns 4×12×16, embeddings of 3 numbers.
BuiltBlock palette(ParamMap params, int columns, bool withSkip = false)
{
    PortTypes ports;
    for (int i = 0; i < columns; ++i) {
        ports[fmt::format("in.{}", i)] = concord::test::features(4, 12, 16);
        ports[fmt::format("palette.{}", i)] = concord::test::features(3, 24, 32);
    }
    if (withSkip)
        ports["skip"] = concord::test::features(2, 24, 32);
    params.insert({{"channels", Whole(5)}, {"hidden", Whole(6)}});
    BuiltBlock built("task_palette", params, ports, columns);
    for (Layer::Buffer &buffer : built.layer->buffers()) // statistics as after some training
        buffer.value.copy_(at::linspace(0.5, 1.5, 5));
    return built;
}

at::Tensor constantMap(const at::Tensor &embedding, Whole height = 24, Whole width = 32)
{
    return embedding.view({1, -1, 1, 1}).expand({2, embedding.size(0), height, width});
}

at::Tensor leakyOf(const at::Tensor &x)
{
    return at::where(x.gt(0), x, 0.01 * x);
}

} // namespace

class TaskPaletteTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// One task everywhere: scale and shift are vectors, by hand.
    void aConstantPaletteIsOneTasksConditioning()
    {
        const BuiltBlock built = palette({}, 2);
        built.layer->setTraining(false);
        const at::Tensor x = concord::test::randomTensor({2, 4, 12, 16}, 1);
        const std::vector<at::Tensor> tasks = {concord::test::randomTensor({3}, 2), concord::test::randomTensor({3}, 3)};
        const std::vector<at::Tensor> found = built.layer->forward({at::Tensor(), x, x, constantMap(tasks[0]), constantMap(tasks[1])});
        const at::Tensor statistics = at::linspace(0.5, 1.5, 5).view({1, 5, 1, 1});
        const at::Tensor normalised = (at::conv2d(x, built.parameter("conv.weight"), {}, 1, 1) - statistics) / (statistics + 1e-5).sqrt();
        for (std::size_t t = 0; t < 2; ++t) {
            const auto map = [&](const std::string &name, const at::Tensor &from) {
                return built.parameter(name + ".weight").flatten(1).mv(from) + built.parameter(name + ".bias");
            };
            const at::Tensor code = leakyOf(map("shared", tasks[t]));
            const at::Tensor expected = leakyOf(normalised * (1 + map("scale", code)).view({1, 5, 1, 1}) + map("shift", code).view({1, 5, 1, 1}));
            QVERIFY(at::allclose(found[t], expected, 1e-4, 1e-5));
        }
        QVERIFY(!at::allclose(found[0], found[1]));
    }

    /// A mixed palette: on either side what that side's task alone gives, but for the kernels' reach over the border.
    void regionsFollowTheirTask()
    {
        for (const Whole kernel : {1, 3}) {
            const BuiltBlock built = palette({{"kernel", kernel}}, 1);
            built.layer->setTraining(false);
            const at::Tensor x = concord::test::randomTensor({2, 4, 12, 16}, 1);
            const at::Tensor left = constantMap(concord::test::randomTensor({3}, 2));
            const at::Tensor right = constantMap(concord::test::randomTensor({3}, 3));
            const at::Tensor mixed = at::cat({left.narrow(3, 0, 16), right.narrow(3, 16, 16)}, 3);
            const auto run = [&](const at::Tensor &map) { return built.layer->forward({at::Tensor(), x, map}).front(); };
            const Whole reach = kernel - 1; // two convolutions of (kernel − 1) / 2 each
            QVERIFY(at::allclose(run(mixed).narrow(3, 0, 8 - reach), run(left).narrow(3, 0, 8 - reach), 1e-5, 1e-6));
            QVERIFY(at::allclose(run(mixed).narrow(3, 8 + reach, 8 - reach), run(right).narrow(3, 8 + reach, 8 - reach), 1e-5, 1e-6));
            QVERIFY(!at::allclose(run(left).narrow(3, 0, 8), run(right).narrow(3, 0, 8), 1e-2, 1e-2));
        }
    }

    /// Statistics are those of all columns together, so that they fit any palette.
    void columnsShareTheirStatistics()
    {
        const BuiltBlock built = palette({}, 2);
        const at::Tensor x = concord::test::randomTensor({2, 4, 12, 16}, 1);
        const at::Tensor y = concord::test::randomTensor({2, 4, 12, 16}, 2) + 1;
        const at::Tensor task = constantMap(concord::test::randomTensor({3}, 3));
        const std::vector<at::Tensor> apart = built.layer->forward({at::Tensor(), x, y, task, task});
        const BuiltBlock one = palette({}, 1);
        const at::Tensor joint = one.layer->forward({at::Tensor(), at::cat({x, y}), at::cat({task, task})}).front();
        QVERIFY(at::allclose(at::cat(apart), joint, 1e-5, 1e-5));
        const at::Tensor mean = at::conv2d(at::cat({x, y}), built.parameter("conv.weight"), {}, 1, 1).mean({0, 2, 3});
        QVERIFY(at::allclose(built.layer->buffers().front().value, 0.9 * at::linspace(0.5, 1.5, 5) + 0.1 * mean, 1e-4, 1e-5));
    }

    void skipsSetTheSize()
    {
        const BuiltBlock built = palette({}, 2, true);
        QCOMPARE(built.inference.outputs.at("out.1").shape, (Shape{5, 24, 32}));
        QCOMPARE(built.inference.parameters, Whole((4 + 2) * 9 * 5 + (3 + 1) * 6 + 2 * (6 + 1) * 5));
        QCOMPARE(built.inference.macs, Whole(2 * 24 * 32 * ((4 + 2) * 9 * 5 + 3 * 6 + 2 * 6 * 5)));
        QCOMPARE(built.inference.forwards, 2);
    }

    void refusesOtherPalettes()
    {
        const auto found = [](const PortTypes &ports, const ParamMap &params = {}) {
            return concord::test::errorOf([&] { BuiltBlock("task_palette", params, ports, 2); });
        };
        const TensorType map = concord::test::features(4, 6, 6);
        QCOMPARE(found({{"in.0", map}, {"in.1", map}, {"palette.0", map}, {"palette.1", concord::test::features(3, 6, 6)}}),
                 std::string("input 'palette.1' expected 4×6×6 as at 'palette.0', found 3×6×6"));
        QCOMPARE(found({{"in.0", map}, {"in.1", map}, {"palette.0", map}, {"palette.1", map}}, {{"kernel", Whole(2)}}),
                 std::string("kernel: expected an odd number, found 2"));
    }
};

CONCORD_TEST(TaskPaletteTest)
#include "task_palette_test.moc"
