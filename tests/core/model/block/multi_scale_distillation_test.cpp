#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

class MultiScaleDistillationTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    /// Three tasks at two scales: 2 channels of 8×6, 3 of 4×3.
    static PortTypes ports()
    {
        PortTypes result;
        for (int t = 0; t < 3; ++t) {
            result[fmt::format("scale1.{}", t)] = features(2, 8, 6);
            result[fmt::format("scale2.{}", t)] = features(3, 4, 3);
        }
        return result;
    }

    static BuiltBlock block(const char *output) { return BuiltBlock("multi_scale_distillation", {{"scales", Whole(2)}, {"output", output}}, ports(), 3); }

    static std::vector<at::Tensor> maps()
    {
        std::vector<at::Tensor> result;
        for (int i = 0; i < 6; ++i)
            result.push_back(randomTensor(i < 3 ? at::IntArrayRef({2, 2, 8, 6}) : at::IntArrayRef({2, 3, 4, 3}), std::uint64_t(i + 1)).set_requires_grad(true));
        return result;
    }

    static at::Tensor refined(const BuiltBlock &built, const std::vector<at::Tensor> &inputs, int scale, int task)
    {
        const std::size_t first = std::size_t(3 * (scale - 1));
        at::Tensor result = inputs[first + std::size_t(task)];
        for (int l = 0; l < 3; ++l) {
            if (l == task)
                continue;
            const std::string name = fmt::format("scale{}.task{}.from{}", scale, task, l);
            const at::Tensor sent = at::conv2d(inputs[first + std::size_t(l)], built.parameter(name + ".weight"), built.parameter(name + ".bias"), 1, 1);
            result = result + at::sigmoid(sent.slice(1, 0, sent.size(1) / 2)) * sent.slice(1, sent.size(1) / 2);
        }
        return result;
    }

private Q_SLOTS:
    void followsThePapersFormula()
    {
        const BuiltBlock built = block("scales");
        const std::vector<at::Tensor> inputs = maps();
        const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
        for (int i = 0; i < 6; ++i)
            QVERIFY(at::allclose(outputs[std::size_t(i)], refined(built, inputs, 1 + i / 3, i % 3), 1e-4, 1e-5));
    }

    /// A scale reads that scale of all tasks and no other.
    void scalesKeepApart()
    {
        const BuiltBlock built = block("scales");
        for (std::size_t output = 0; output < 6; ++output) {
            const std::vector<at::Tensor> inputs = maps();
            built.layer->forward(inputs)[output].square().sum().backward();
            for (std::size_t input = 0; input < 6; ++input) {
                const bool reads = inputs[input].grad().defined() && inputs[input].grad().abs().max().item<float>() > 0;
                QCOMPARE(reads, input / 3 == output / 3);
                QCOMPARE(built.layer->connects(input, output), reads);
            }
        }
    }

    void joinsATasksScales()
    {
        const BuiltBlock built = block("joined");
        const std::vector<at::Tensor> inputs = maps();
        const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
        QCOMPARE(outputs.size(), std::size_t(3));
        const std::array<Whole, 2> size = {8, 6};
        const at::Tensor coarse = at::upsample_bilinear2d(refined(built, inputs, 2, 1), size, false);
        QVERIFY(at::allclose(outputs[1], at::cat({refined(built, inputs, 1, 1), coarse}, 1), 1e-4, 1e-5));
        QCOMPARE(built.inference.outputs.at("out.1").shape, (Shape{5, 8, 6}));
    }

    void closedAttentionKeepsTheFeatures()
    {
        const BuiltBlock built = block("scales");
        const at::NoGradGuard noGrad;
        for (Layer::Parameter &parameter : built.layer->parameters())
            if (parameter.name.ends_with("bias"))
                parameter.value.slice(0, 0, parameter.value.numel() / 2).fill_(-1e9);
        const std::vector<at::Tensor> inputs = maps();
        const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
        for (std::size_t i = 0; i < 6; ++i)
            QVERIFY(at::equal(outputs[i], inputs[i]));
    }

    /// Two convolutions for each scale and ordered pair of tasks; they belong to the receiver.
    void growsWithThePairsOfTasks()
    {
        const BuiltBlock built = block("joined");
        QCOMPARE(built.inference.parameters, Whole(6 * 2 * ((9 * 2 * 2 + 2) + (9 * 3 * 3 + 3))));
        QCOMPARE(built.inference.macs, Whole(6 * 2 * (9 * 2 * 2 * 48 + 9 * 3 * 3 * 12)));
        for (const Layer::Parameter &parameter : built.layer->parameters())
            QCOMPARE(parameter.outputs, std::vector<int>{parameter.name[parameter.name.find("task") + 4] - '0'});
        const BuiltBlock apart = block("scales");
        for (const Layer::Parameter &parameter : apart.layer->parameters())
            QCOMPARE(parameter.outputs.at(0) / 3, parameter.name[5] - '1');
    }

    void refusesWhatDoesNotFit()
    {
        PortTypes wrong = ports();
        wrong["scale2.2"] = features(4, 4, 3);
        QCOMPARE(errorOf([&] { BuiltBlock("multi_scale_distillation", {{"scales", Whole(2)}}, wrong, 3); }), std::string("input 'scale2.2' expected 3×4×3 as at 'scale2.0', found 4×4×3"));
        PortTypes larger = ports();
        for (int t = 0; t < 3; ++t)
            larger[fmt::format("scale2.{}", t)] = features(3, 16, 12);
        QCOMPARE(errorOf([&] { BuiltBlock("multi_scale_distillation", {{"scales", Whole(2)}}, larger, 3); }), std::string("input 'scale2.0' expected a map no larger than 'scale1.0' (8×6), found 16×12"));
    }
};

CONCORD_TEST(MultiScaleDistillationTest)

} // namespace concord::test

#include "multi_scale_distillation_test.moc"
