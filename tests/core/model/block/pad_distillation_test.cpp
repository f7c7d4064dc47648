#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

class PadDistillationTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    static PortTypes columns(int tasks, Whole channels = 4)
    {
        PortTypes result;
        for (int t = 0; t < tasks; ++t)
            result[fmt::format("in.{}", t)] = features(channels, 5, 6);
        return result;
    }

    static std::vector<at::Tensor> maps(int tasks)
    {
        std::vector<at::Tensor> result;
        for (int t = 0; t < tasks; ++t)
            result.push_back(randomTensor({2, 4, 5, 6}, std::uint64_t(t + 1)).set_requires_grad(true));
        return result;
    }

    static at::Tensor convolved(const BuiltBlock &built, const std::string &name, const at::Tensor &x)
    {
        return at::conv2d(x, built.parameter(name + ".weight"), built.parameter(name + ".bias"), 1, 1);
    }

    static void setGates(const BuiltBlock &built, int tasks, double bias)
    {
        const at::NoGradGuard noGrad;
        for (int t = 0; t < tasks; ++t)
            built.parameter(fmt::format("task{}.gate.bias", t)).fill_(bias);
    }

    /// Which columns' inputs output `task` depends on.
    static std::vector<bool> reads(const BuiltBlock &built, std::size_t task)
    {
        std::vector<bool> result;
        const std::vector<at::Tensor> inputs = maps(3);
        built.layer->forward(inputs)[task].square().sum().backward();
        for (const at::Tensor &input : inputs)
            result.push_back(input.grad().defined() && input.grad().abs().max().item<float>() > 0);
        return result;
    }

private Q_SLOTS:
    void closedGatesKeepTheColumns()
    {
        const BuiltBlock built("pad_distillation", {}, columns(3), 3);
        setGates(built, 3, -1e9);
        const std::vector<at::Tensor> inputs = maps(3);
        const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::equal(outputs[t], inputs[t]));
    }

    void openGatesAddAllMessages()
    {
        const BuiltBlock built("pad_distillation", {}, columns(3), 3);
        setGates(built, 3, 1e9);
        const std::vector<at::Tensor> inputs = maps(3);
        const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
        const at::Tensor expected = inputs[1] + convolved(built, "task0.message", inputs[0]) + convolved(built, "task2.message", inputs[2]);
        QVERIFY(at::allclose(outputs[1], expected, 1e-4, 1e-5));
    }

    /// The gate looks at the receiver's features (the sender's would be another module).
    void followsThePapersFormula()
    {
        const BuiltBlock built("pad_distillation", {}, columns(3), 3);
        const std::vector<at::Tensor> inputs = maps(3);
        const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
        for (int t = 0; t < 3; ++t) {
            at::Tensor expected = inputs[std::size_t(t)];
            const at::Tensor gate = at::sigmoid(convolved(built, fmt::format("task{}.gate", t), expected));
            for (int l = 0; l < 3; ++l)
                if (l != t)
                    expected = expected + gate * convolved(built, fmt::format("task{}.message", l), inputs[std::size_t(l)]);
            QVERIFY(at::allclose(outputs[std::size_t(t)], expected, 1e-4, 1e-5));
        }
    }

    void otherColumnsAreReadWhereTheGateIsOpen()
    {
        const BuiltBlock built("pad_distillation", {}, columns(3), 3);
        const at::NoGradGuard noGrad;
        built.parameter("task1.gate.bias").fill_(-1e9);
        const at::AutoGradMode withGrad(true);
        QCOMPARE(reads(built, 0), (std::vector<bool>{true, true, true}));
        QCOMPARE(reads(built, 1), (std::vector<bool>{false, true, false}));
        QCOMPARE(reads(built, 2), (std::vector<bool>{true, true, true}));
    }

    void messagesAloneAreModuleB()
    {
        const BuiltBlock built("pad_distillation", {{"module", "message"}}, columns(3), 3);
        const std::vector<at::Tensor> inputs = maps(3);
        const at::Tensor expected = inputs[2] + convolved(built, "task2.from0", inputs[0]) + convolved(built, "task2.from1", inputs[1]);
        QVERIFY(at::allclose(built.layer->forward(inputs)[2], expected, 1e-4, 1e-5));
        QCOMPARE(built.inference.parameters, Whole(3 * 2 * (9 * 4 * 4 + 4)));
    }

    void joinedColumnsAreModuleA()
    {
        const BuiltBlock built("pad_distillation", {{"module", "concat"}}, columns(3), 3);
        const std::vector<at::Tensor> inputs = maps(3);
        for (const at::Tensor &output : built.layer->forward(inputs))
            QVERIFY(at::equal(output, at::cat(inputs, 1)));
        QCOMPARE(built.inference.parameters, Whole(0));
        QCOMPARE(built.inference.outputs.at("out.2").shape, (Shape{12, 5, 6}));
    }

    /// A gate for each receiver and a message for each sender: two convolutions for each further task, however many there are.
    void growsWithTheTasks()
    {
        const auto parameters = [](int tasks) { return BuiltBlock("pad_distillation", {}, columns(tasks), tasks).inference.parameters; };
        QCOMPARE(parameters(1), Whole(0));
        for (int tasks = 2; tasks < 6; ++tasks)
            QCOMPARE(parameters(tasks), Whole(2 * tasks * (9 * 4 * 4 + 4)));
        QCOMPARE(BuiltBlock("pad_distillation", {}, columns(3), 3).inference.macs, Whole(6 * 9 * 4 * 4 * 30));
    }

    void gatesBelongToTheReceiver()
    {
        const BuiltBlock built("pad_distillation", {}, columns(3), 3);
        for (const Layer::Parameter &parameter : built.layer->parameters())
            if (parameter.name.starts_with("task1."))
                QCOMPARE(parameter.outputs, parameter.name.starts_with("task1.gate") ? std::vector<int>{1} : (std::vector<int>{0, 2}));
    }

    void predictionsAreAddedToTheirColumn()
    {
        PortTypes inputs = columns(2);
        inputs["prediction.1"] = {.type = PortType::prediction, .shape = {7, 5, 6}};
        const BuiltBlock built("pad_distillation", {}, inputs, 2);
        QCOMPARE(countParameters(*built.layer), Whole(4 * (9 * 4 * 4 + 4) + 9 * 7 * 4 + 4));
        const std::vector<at::Tensor> columns = maps(2);
        const at::Tensor prediction = randomTensor({2, 7, 5, 6}, 9);
        const BuiltBlock plain("pad_distillation", {}, PadDistillationTest::columns(2), 2);
        {
            const at::NoGradGuard noGrad;
            for (Layer::Parameter &parameter : plain.layer->parameters())
                parameter.value.copy_(built.parameter(parameter.name));
        }
        const std::vector<at::Tensor> expected = plain.layer->forward({columns[0], columns[1] + convolved(built, "task1.encode", prediction)});
        const std::vector<at::Tensor> outputs = built.layer->forward({columns[0], columns[1], at::Tensor(), prediction});
        QVERIFY(at::allclose(outputs[0], expected[0], 1e-4, 1e-5) && at::allclose(outputs[1], expected[1], 1e-4, 1e-5));
    }

    void refusesWhatDoesNotFit()
    {
        QCOMPARE(errorOf([] { BuiltBlock("pad_distillation", {{"kernel", Whole(2)}}, columns(2), 2); }), std::string("kernel: expected an odd number, found 2"));
        PortTypes inputs = columns(2);
        inputs["prediction.0"] = {.type = PortType::prediction, .shape = {7, 10, 12}};
        QCOMPARE(errorOf([&] { BuiltBlock("pad_distillation", {}, inputs, 2); }), std::string("input 'prediction.0' expected 5×6 as at 'in.0', found 10×12"));
    }
};

CONCORD_TEST(PadDistillationTest)

} // namespace concord::test

#include "pad_distillation_test.moc"
