#include "core/model/routing_masks.h"

#include "tests/core/model/column_ports.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using concord::test::BuiltBlock;

BuiltBlock routed(ParamMap params, int columns = 3)
{
    params.insert({{"channels", Whole(12)}, {"blocks", Whole(2)}, {"stride", Whole(2)}});
    return BuiltBlock("routed_stage", params, concord::test::columnPorts(columns), columns);
}

/// [tasks, units] each.
std::vector<at::Tensor> masksOf(const BuiltBlock &built)
{
    std::vector<at::Tensor> result;
    for (const Layer::Buffer &buffer : built.layer->buffers())
        if (buffer.name.ends_with("mask"))
            result.push_back(buffer.value.flatten(1).clone());
    return result;
}

std::vector<at::Tensor> routedInputs(int columns)
{
    std::vector<at::Tensor> inputs;
    for (int i = 0; i < columns; ++i)
        inputs.push_back(concord::test::randomTensor({2, 4, 8, 6}, std::uint64_t(i + 1)));
    return inputs;
}

} // namespace

class RoutedStageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// σ = 1: one stage of the same weights for all.
    void everythingSharedIsHardSharing()
    {
        for (const char *rule : {"split", "independent"}) {
            const BuiltBlock built = routed({{"sharing", 1.0}, {"kind", "basic"}, {"rule", rule}});
            const BuiltBlock shared("shared_stage", {{"channels", Whole(12)}, {"blocks", Whole(2)}, {"stride", Whole(2)}}, concord::test::columnPorts(3), 3);
            QCOMPARE(built.inference.parameters, shared.inference.parameters);
            QCOMPARE(built.inference.macs, shared.inference.macs);
            {
                const at::NoGradGuard noGrad;
                for (Layer::Parameter &parameter : shared.layer->parameters())
                    parameter.value.copy_(built.parameter(parameter.name));
            }
            const std::vector<at::Tensor> expected = shared.layer->forward(routedInputs(3));
            const std::vector<at::Tensor> found = built.layer->forward(routedInputs(3));
            for (std::size_t t = 0; t < 3; ++t)
                QVERIFY(at::allclose(found[t], expected[t], 1e-5, 1e-6));
        }
    }

    /// σ = 0: no unit is two tasks', and so no trained number is.
    void nothingSharedIsSeparateNetworks_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char *kind : {"plain", "basic", "bottleneck"})
            QTest::newRow(kind) << kind;
    }

    void nothingSharedIsSeparateNetworks()
    {
        QFETCH(QString, kind);
        const BuiltBlock built = routed({{"sharing", 0.0}, {"kind", kind.toStdString()}, {"channels", Whole(48)}});
        for (const at::Tensor &mask : masksOf(built))
            QVERIFY(at::equal(mask.sum(0), at::ones(mask.size(1))));
        const std::vector<at::Tensor> outputs = built.layer->forward(routedInputs(3));
        QCOMPARE((outputs[0] * outputs[1]).abs().max().item<float>(), 0.F);
        std::vector<at::Tensor> parameters;
        for (const Layer::Parameter &parameter : built.layer->parameters())
            parameters.push_back(parameter.value);
        std::vector<std::vector<at::Tensor>> gradients;
        for (const at::Tensor &output : outputs)
            gradients.push_back(torch::autograd::grad({(output * concord::test::randomTensor(output.sizes(), 9)).sum()}, parameters));
        for (std::size_t p = 0; p < parameters.size(); ++p)
            for (const auto &[i, j] : {std::pair(0, 1), std::pair(0, 2), std::pair(1, 2)}) {
                QCOMPARE((gradients[std::size_t(i)][p] * gradients[std::size_t(j)][p]).abs().max().item<float>(), 0.F);
                QVERIFY(gradients[std::size_t(i)][p].abs().max().item<float>() > 0);
            }
    }

    /// The units that a mask leaves out give nothing, those inside do.
    void usesTheUnitsOfItsMask()
    {
        const BuiltBlock built = routed({{"sharing", 0.5}, {"blocks", Whole(1)}});
        const at::Tensor mask = masksOf(built).front();
        const std::vector<at::Tensor> outputs = built.layer->forward(routedInputs(3));
        for (Whole t = 0; t < 3; ++t)
            QVERIFY(at::equal(outputs[std::size_t(t)].amax({0, 2, 3}).gt(0), mask[t].gt(0)));
        // In evaluation, by hand.
        built.layer->setTraining(false);
        const at::Tensor x = concord::test::randomTensor({2, 4, 8, 6}, 4);
        for (const Layer::Buffer &buffer : built.layer->buffers())
            if (buffer.name == "0.bn1.running_mean")
                buffer.value.zero_();
            else if (buffer.name == "0.bn1.running_var")
                buffer.value.fill_(1);
        const at::Tensor plain = at::conv2d(x, built.parameter("0.conv1.weight"), {}, 2, 1) / std::sqrt(1 + 1e-5);
        QVERIFY(at::allclose(built.layer->forward({x, x, x})[2], (plain * mask[2].view({1, -1, 1, 1})).clamp_min(0), 1e-4, 1e-5));
    }

    void sharesAsManyUnitsAsAsked()
    {
        for (const at::Tensor &mask : masksOf(routed({{"sharing", 0.5}}))) {
            const at::Tensor users = mask.sum(0);
            QCOMPARE(users.eq(3).sum().item<Whole>(), Whole(6)); // half of 12 by all, the others by one each
            QCOMPARE(users.eq(1).sum().item<Whole>(), Whole(6));
            QVERIFY(at::equal(mask.sum(1), at::full({3}, 6.F + 2.F)));
            QVERIFY(!at::equal(mask[0], mask[1]) && !at::equal(mask[1], mask[2]));
        }
        for (const at::Tensor &mask : masksOf(routed({{"sharing", 0.5}, {"rule", "independent"}}))) {
            QVERIFY(at::equal(mask.sum(1), at::full({3}, 6.F)));
            QVERIFY(!at::equal(mask[0], mask[1]));
        }
    }

    /// They follow from the block's seed: not from the model's, and not from training.
    void masksAreFixed()
    {
        const BuiltBlock built = routed({});
        const std::vector<at::Tensor> masks = masksOf(built);
        QCOMPARE(masks.size(), std::size_t(2));
        QVERIFY(!at::equal(masks[0], masks[1]));
        for (const Layer::Parameter &parameter : built.layer->parameters())
            QVERIFY(!parameter.name.ends_with("mask"));
        built.layer->initialise(makeGenerator(at::kCPU, 1234));
        const std::vector<at::Tensor> outputs = built.layer->forward(routedInputs(3));
        at::stack(outputs).sum().backward();
        const std::vector<at::Tensor> again = masksOf(routed({}));
        const std::vector<at::Tensor> other = masksOf(routed({{"seed", Whole(2)}}));
        for (std::size_t i = 0; i < masks.size(); ++i)
            QVERIFY(at::equal(masksOf(built)[i], masks[i]) && at::equal(again[i], masks[i]) && !at::equal(other[i], masks[i]));
    }

    void addsNoParametersWithTasks()
    {
        QCOMPARE(routed({}, 4).inference.parameters, routed({}, 2).inference.parameters);
        QCOMPARE(routed({}, 4).inference.macs, 2 * routed({}, 2).inference.macs);
        QCOMPARE(routed({}, 4).inference.forwards, 4);
        QCOMPARE(routed({{"norm", "task"}}, 4).inference.parameters - routed({{"norm", "task"}}, 3).inference.parameters, Whole(2 * 2 * 12));
    }

    void masksVectorsToo()
    {
        const BuiltBlock built("routed_stage", {{"channels", Whole(6)}, {"blocks", Whole(1)}, {"type", "vector"}},
                               {{"in.0", concord::test::vector(5)}, {"in.1", concord::test::vector(5)}}, 2);
        built.layer->setTraining(false);
        const at::Tensor x = concord::test::randomTensor({3, 5});
        const at::Tensor expected = x.mm(built.parameter("0.conv1.weight").t()).clamp_min(0) / std::sqrt(1 + 1e-5) * masksOf(built)[0][1];
        QVERIFY(at::allclose(built.layer->forward({x, x})[1], expected, 1e-4, 1e-6));
    }

    void refusesTooFewUnits()
    {
        const std::string found = concord::test::errorOf([] { routed({{"channels", Whole(2)}, {"sharing", 0.0}}); });
        QCOMPARE(found, std::string("channels: expected at least one for each of 3 tasks where none is shared, found 2"));
    }
};

CONCORD_TEST(RoutedStageTest)
#include "routed_stage_test.moc"
