#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using concord::test::BuiltBlock;

PortTypes attentivePorts(int columns, Whole channels = 4)
{
    PortTypes ports;
    for (int i = 0; i < columns; ++i)
        ports[fmt::format("in.{}", i)] = concord::test::features(channels, 8, 6);
    return ports;
}

ParamMap attentiveParams(ParamMap params = {})
{
    params.insert({{"channels", Whole(6)}, {"blocks", Whole(2)}, {"stride", Whole(2)}, {"reduction", Whole(2)}});
    return params;
}

/// All gates of tasks whose name has `part` in it: wide open, or shut.
void setGates(const BuiltBlock &built, const std::string &part, double bias)
{
    const at::NoGradGuard noGrad;
    for (Layer::Parameter &parameter : built.layer->parameters())
        if (parameter.name.find(part) != std::string::npos && parameter.name.find(".fc2.") != std::string::npos)
            parameter.value.fill_(parameter.name.ends_with("bias") ? bias : 0);
}

} // namespace

class SeAdapterStageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Adapters begin at zero; with the gates open it is a plain stage of the same weights, run once per task.
    void withoutConditionsIsASharedStage()
    {
        for (const char *adapter : {"parallel", "serial", "none"})
            for (const char *norm : {"task", "shared"}) {
                const BuiltBlock attentive("se_adapter_stage", attentiveParams({{"adapter", adapter}, {"norm", norm}}), attentivePorts(3), 3);
                const BuiltBlock shared("shared_stage", {{"channels", Whole(6)}, {"blocks", Whole(2)}, {"stride", Whole(2)}}, attentivePorts(3), 3);
                setGates(attentive, ".se.", 100);
                {
                    const at::NoGradGuard noGrad;
                    for (Layer::Parameter &parameter : shared.layer->parameters())
                        if (parameter.value.dim() == 4)
                            parameter.value.copy_(attentive.parameter(parameter.name));
                }
                std::vector<at::Tensor> inputs;
                for (std::uint64_t i = 1; i <= 3; ++i)
                    inputs.push_back(concord::test::randomTensor({2, 4, 8, 6}, i) * double(i));
                for (const bool training : {true, false}) {
                    attentive.layer->setTraining(training);
                    shared.layer->setTraining(training);
                    // One statistic for all tasks, or one of each: in evaluation only those agree that have seen the same.
                    if (!training && std::string(norm) == "task")
                        continue;
                    const std::vector<at::Tensor> found = attentive.layer->forward(inputs);
                    const std::vector<at::Tensor> expected = shared.layer->forward(inputs);
                    for (std::size_t i = 0; i < 3; ++i)
                        QVERIFY(at::allclose(found[i], expected[i], 1e-4, 1e-5));
                }
            }
    }

    /// relu(gate ⊙ bn₂(K₂ r + A₂ r) + x), r = relu(bn₁(K₁ x + A₁ x)), gate = σ(E relu(S mean)); normalisation at its start divides by √(1 + 1e-5).
    void followsThePapersFormula()
    {
        for (const bool serial : {false, true}) {
            const BuiltBlock built("se_adapter_stage",
                                   {{"channels", Whole(4)}, {"blocks", Whole(1)}, {"reduction", Whole(2)}, {"adapter", serial ? "serial" : "parallel"}},
                                   attentivePorts(2), 2);
            built.layer->setTraining(false);
            {
                const at::NoGradGuard noGrad;
                for (Layer::Parameter &parameter : built.layer->parameters())
                    if (parameter.name.find("adapter") != std::string::npos || parameter.name.ends_with("fc1.bias") || parameter.name.ends_with("fc2.bias"))
                        parameter.value.copy_(concord::test::randomTensor(parameter.value.sizes(), 17) * 0.3);
            }
            const at::Tensor x = concord::test::randomTensor({2, 4, 8, 6}, 3);
            const auto map = [&](int number, const at::Tensor &from) {
                const at::Tensor adapter = built.parameter(fmt::format("0.conv{}.adapter1.weight", number)).flatten(1);
                const at::Tensor plain = at::conv2d(from, built.parameter(fmt::format("0.conv{}.weight", number)), {}, 1, 1);
                return (plain + at::einsum("oc,nchw->nohw", {adapter, serial ? plain : from})) / std::sqrt(1 + 1e-5);
            };
            const at::Tensor branch = map(2, map(1, x).clamp_min(0));
            const auto linear = [&](const char *name, const at::Tensor &from) {
                return from.mm(built.parameter(fmt::format("0.se.task1.{}.weight", name)).t()) + built.parameter(fmt::format("0.se.task1.{}.bias", name));
            };
            const at::Tensor gate = at::sigmoid(linear("fc2", linear("fc1", branch.mean({2, 3})).clamp_min(0)));
            const at::Tensor expected = (branch * gate.view({2, 4, 1, 1}) + x).clamp_min(0);
            QVERIFY(at::allclose(built.layer->forward({x * 5, x})[1], expected, 1e-4, 1e-5));
        }
    }

    /// A shut gate leaves a task the shortcuts alone, and does not touch the others.
    void gatesBelongToTheirTask()
    {
        const BuiltBlock built("se_adapter_stage", {{"channels", Whole(4)}, {"blocks", Whole(2)}}, attentivePorts(2), 2);
        built.layer->setTraining(false);
        const std::vector<at::Tensor> inputs = {concord::test::randomTensor({2, 4, 8, 6}, 1), concord::test::randomTensor({2, 4, 8, 6}, 2)};
        const std::vector<at::Tensor> before = built.layer->forward(inputs);
        setGates(built, ".se.task1.", -1e9);
        const std::vector<at::Tensor> after = built.layer->forward(inputs);
        QVERIFY(at::equal(after[0], before[0]));
        QVERIFY(at::allclose(after[1], inputs[1].clamp_min(0)) && !at::allclose(before[1], after[1]));
    }

    /// What a further task adds, counted by hand, belongs to it alone; the rest is everyone's.
    void growsByAdaptersGatesAndNorms()
    {
        const auto build = [](int tasks, const char *kind) {
            return BuiltBlock("se_adapter_stage", {{"channels", Whole(64)}, {"blocks", Whole(2)}, {"stride", Whole(2)}, {"kind", kind}},
                              attentivePorts(tasks, 32), tasks);
        };
        const Whole gates = 2 * (64 * 4 + 4 + 4 * 64 + 64);
        const Whole basic = (32 * 64 + 3 * 64 * 64) + 2 * 5 * 64 + gates;             // four 3×3 kernels, five normalisations
        const Whole bottleneck = 2 * 16 * 16 + 2 * (2 * (16 + 16 + 64) + 64) + gates; // two 3×3 kernels of 16 channels
        QCOMPARE(build(3, "basic").inference.parameters - build(2, "basic").inference.parameters, basic);
        QCOMPARE(build(3, "bottleneck").inference.parameters - build(2, "bottleneck").inference.parameters, bottleneck);
        const BuiltBlock three = build(3, "basic");
        Whole shared = 0;
        Whole ofTask1 = 0;
        for (const Layer::Parameter &parameter : three.layer->parameters()) {
            shared += parameter.outputs.empty() ? parameter.value.numel() : 0;
            ofTask1 += parameter.outputs == std::vector<int>{1} ? parameter.value.numel() : 0;
        }
        QCOMPARE(ofTask1, basic);
        QCOMPARE(shared + 3 * basic, three.inference.parameters);
        QVERIFY(double(ofTask1) < 0.16 * double(shared)); // 1/9 of the kernels for the adapters, and little more
        QCOMPARE(three.inference.forwards, 3);
        QCOMPARE(build(3, "basic").inference.macs, 3 * build(1, "basic").inference.macs);
    }

    void startsFromAResNetsWeightsByName()
    {
        const BuiltBlock attentive("se_adapter_stage", attentiveParams(), attentivePorts(2), 2);
        const BuiltBlock plain("residual_stage", {{"channels", Whole(6)}, {"blocks", Whole(2)}, {"stride", Whole(2)}},
                               {{"in", concord::test::features(4, 8, 6)}});
        for (const Layer::Parameter &parameter : plain.layer->parameters())
            if (parameter.value.dim() == 4)
                QCOMPARE(attentive.parameter(parameter.name).sizes().vec(), parameter.value.sizes().vec());
    }
};

CONCORD_TEST(SeAdapterStageTest)
#include "se_adapter_stage_test.moc"
