#include "tests/core/model/built_block.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

namespace concord::test {

namespace {

/// The finer map must not be smaller than the columns'.
PortTypes propagationPorts(const Block &, int repeats, Random &random)
{
    const auto upTo = [&](std::uint64_t most) { return 1 + std::int64_t(random.below(most)); };
    const TensorType column = features(upTo(8), upTo(6), upTo(6));
    PortTypes ports;
    for (int t = 0; t < repeats; ++t)
        ports[fmt::format("in.{}", t)] = column;
    if (random.chance(0.5))
        ports["finer"] = features(upTo(4), 2 * column.shape[1] - std::int64_t(random.below(2)), 2 * column.shape[2]);
    return ports;
}

const AddSuiteCase featurePropagationCase("feature_propagation", {.inputs = propagationPorts});

} // namespace

class FeaturePropagationTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    static PortTypes columns(int tasks)
    {
        PortTypes result;
        for (int t = 0; t < tasks; ++t)
            result[fmt::format("in.{}", t)] = features(8, 4, 3);
        return result;
    }

    static BuiltBlock block(int tasks = 2, PortTypes more = {})
    {
        more.merge(columns(tasks));
        BuiltBlock built("feature_propagation", {{"reduction", Whole(4)}}, more, tasks);
        built.layer->setTraining(false);
        return built;
    }

    static at::Tensor map(std::uint64_t seed) { return randomTensor({2, 8, 4, 3}, seed); }

    static void fill(const BuiltBlock &built, const std::string &name, double value)
    {
        const at::NoGradGuard noGrad;
        built.parameter(name).fill_(value);
    }

    /// Batch normalisation in evaluation at its start.
    static at::Tensor freshNorm(const at::Tensor &x) { return x / std::sqrt(1 + 1e-5); }

    static at::Tensor residual(const BuiltBlock &built, const std::string &name, const at::Tensor &x)
    {
        const auto conv = [&](const char *part, const at::Tensor &y, Whole padding) { return freshNorm(at::conv2d(y, built.parameter(name + part), {}, 1, padding)); };
        const at::Tensor body = conv(".conv2.weight", conv(".conv1.weight", x, 1).clamp_min(0), 1);
        return (body + conv(".downsample.0.weight", x, 0)).clamp_min(0);
    }

    /// What task 0 adds to its own when the scores are `weights`, of the two tasks.
    static at::Tensor added(const BuiltBlock &built, const std::vector<at::Tensor> &inputs, double first, double second)
    {
        const at::Tensor shared = residual(built, "reduce", at::cat({first * inputs[0], second * inputs[1]}, 1));
        const auto linear = [&](const char *part, const at::Tensor &x) { return at::linear(x, built.parameter(std::string("task0.") + part + ".weight"), built.parameter(std::string("task0.") + part + ".bias")); };
        const at::Tensor gate = at::sigmoid(linear("excite", linear("squeeze", shared.mean({2, 3})).clamp_min(0)));
        return shared * gate.view({2, 8, 1, 1});
    }

private Q_SLOTS:
    /// Equal scores mix the tasks equally; then squeeze and excitation, and the task's own.
    void followsThePaper()
    {
        const BuiltBlock built = block();
        fill(built, "scores.2.weight", 0);
        const std::vector<at::Tensor> inputs = {map(1), map(2), at::Tensor()};
        QVERIFY(at::allclose(built.layer->forward(inputs)[0], inputs[0] + added(built, inputs, 0.5, 0.5), 1e-4, 1e-5));
    }

    /// Scores compete between tasks, channel by channel: where one task has them all, nothing of the other is handed on.
    void scoresChooseTheTask()
    {
        const BuiltBlock built = block();
        fill(built, "scores.2.weight", 0);
        {
            const at::NoGradGuard noGrad;
            built.parameter("scores.2.bias").slice(0, 0, 8).fill_(200);
        }
        const std::vector<at::Tensor> inputs = {map(1), map(2), at::Tensor()};
        QVERIFY(at::allclose(built.layer->forward(inputs)[0], inputs[0] + added(built, inputs, 1, 0), 1e-4, 1e-5));
    }

    void closedGateKeepsTheColumn()
    {
        const BuiltBlock built = block();
        fill(built, "task0.excite.bias", -1e9);
        const std::vector<at::Tensor> outputs = built.layer->forward({map(1), map(2), at::Tensor()});
        QVERIFY(at::equal(outputs[0], map(1)));
        QVERIFY(!at::allclose(outputs[1], map(2)));
    }

    /// Information goes from coarse to fine: the finer map is joined unchanged and nothing of it enters what is handed on.
    void goesFromCoarseToFine()
    {
        const BuiltBlock built = block(2, {{"finer", features(3, 8, 6)}});
        const at::Tensor finer = randomTensor({2, 3, 8, 6}, 5).set_requires_grad(true);
        const at::Tensor coarse = map(2).set_requires_grad(true);
        const at::Tensor output = built.layer->forward({map(1), coarse, finer})[0];
        QVERIFY(at::equal(output.slice(1, 0, 3), finer));
        output.slice(1, 3).square().sum().backward();
        QVERIFY(!finer.grad().defined() || finer.grad().abs().max().item<float>() == 0);
        QVERIFY(coarse.grad().abs().max().item<float>() > 0);
        const std::array<Whole, 2> size = {8, 6};
        const BuiltBlock alone = block();
        const at::Tensor small = alone.layer->forward({map(1), map(2), at::Tensor()})[0];
        QVERIFY(at::allclose(output.slice(1, 3), at::upsample_bilinear2d(small, size, false), 1e-4, 1e-5));
    }

    void costsByArithmetic()
    {
        // T C = 16 joined, 4 hidden; every convolution but the last has a normalisation's two numbers per channel.
        const Whole scores = (9 * 16 * 4 + 9 * 4 * 4 + 16 * 4 + 3 * 2 * 4) + (2 * 9 * 4 * 4 + 2 * 2 * 4) + (4 * 16 + 16);
        const Whole reduce = 9 * 16 * 8 + 9 * 8 * 8 + 16 * 8 + 3 * 2 * 8;
        const Whole gates = 2 * ((8 * 2 + 2) + (2 * 8 + 8));
        const BuiltBlock built = block();
        QCOMPARE(built.inference.parameters, scores + reduce + gates);
        for (const Layer::Parameter &parameter : built.layer->parameters())
            QCOMPARE(parameter.outputs, parameter.name.starts_with("task") ? std::vector<int>{parameter.name[4] - '0'} : std::vector<int>());
    }

    void refusesASmallerFinerMap()
    {
        QCOMPARE(errorOf([] { block(2, {{"finer", features(3, 2, 6)}}); }), std::string("input 'finer' expected a map of at least 4×3 as at 'in.0', found 3×2×6"));
    }
};

CONCORD_TEST(FeaturePropagationTest)

} // namespace concord::test

#include "feature_propagation_test.moc"
