#include "tests/core/model/column_ports.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using concord::test::BuiltBlock;

ParamMap stageSize()
{
    return {{"channels", Whole(6)}, {"blocks", Whole(2)}, {"stride", Whole(2)}};
}

/// With changes that are not zero.
BuiltBlock taps(ParamMap params, int columns = 2)
{
    for (const auto &[name, value] : stageSize())
        params.insert({name, value});
    BuiltBlock built("taps_stage", params, concord::test::columnPorts(columns), columns);
    const at::NoGradGuard noGrad;
    std::uint64_t seed = 40;
    for (Layer::Parameter &parameter : built.layer->parameters())
        if (parameter.name.ends_with("delta"))
            parameter.value.copy_(concord::test::randomTensor(parameter.value.sizes(), ++seed) * 0.2);
    return built;
}

/// A frozen base's weights are buffers.
at::Tensor baseOf(const BuiltBlock &built, const std::string &name)
{
    for (const Layer::Buffer &buffer : built.layer->buffers())
        if (buffer.name == name)
            return buffer.value;
    return built.parameter(name);
}

std::vector<at::Tensor> tapsInputs()
{
    return {concord::test::randomTensor({3, 4, 8, 6}, 1), concord::test::randomTensor({3, 4, 8, 6}, 2) * 2};
}

} // namespace

class TapsStageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// τ = 0: every layer is each task's own, as if separate networks had the weights W + δW.
    void thresholdZeroIsFullFineTuning()
    {
        for (const char *base : {"trained", "frozen"}) {
            const BuiltBlock built = taps({{"threshold", 0.0}, {"base", base}});
            ParamMap params = stageSize();
            params["strength"] = 0.0;
            const BuiltBlock separate("soft_stage", params, concord::test::columnPorts(2), 2);
            {
                const at::NoGradGuard noGrad;
                for (Layer::Parameter &parameter : separate.layer->parameters())
                    if (parameter.value.dim() == 4) {
                        const std::string name = parameter.name.substr(parameter.name.find('.') + 1); // "column0.0.conv1.weight"
                        const std::string task = name.substr(0, name.rfind('.')) + ".task" + parameter.name[6] + ".delta";
                        parameter.value.copy_(baseOf(built, name) + built.parameter(task));
                    }
            }
            const std::vector<at::Tensor> expected = separate.layer->forward(tapsInputs());
            const std::vector<at::Tensor> found = built.layer->forward(tapsInputs());
            for (std::size_t t = 0; t < 2; ++t)
                QVERIFY(at::allclose(found[t], expected[t], 1e-4, 1e-5));
        }
    }

    /// τ above all scores: the base for every task, whatever the changes are.
    void thresholdAboveAllIsTheBase()
    {
        for (const char *base : {"trained", "frozen"}) {
            const BuiltBlock built = taps({{"threshold", 0.2}, {"base", base}}); // scores begin at 0.15
            const BuiltBlock shared("shared_stage", stageSize(), concord::test::columnPorts(2), 2);
            {
                const at::NoGradGuard noGrad;
                for (Layer::Parameter &parameter : shared.layer->parameters())
                    if (parameter.value.dim() == 4)
                        parameter.value.copy_(baseOf(built, parameter.name));
            }
            const std::vector<at::Tensor> expected = shared.layer->forward(tapsInputs());
            const std::vector<at::Tensor> found = built.layer->forward(tapsInputs());
            for (std::size_t t = 0; t < 2; ++t)
                QVERIFY(at::equal(found[t], expected[t]));
        }
    }

    /// One layer over the threshold, one below: only the first is the task's own.
    void eachLayerHasItsScore()
    {
        const BuiltBlock built = taps({});
        const std::vector<at::Tensor> before = built.layer->forward(tapsInputs());
        const at::NoGradGuard noGrad;
        built.parameter("1.conv2.task0.score").fill_(0.05);
        const at::Tensor changed = built.layer->forward(tapsInputs())[0];
        QVERIFY(!at::allclose(changed, before[0]));
        built.parameter("1.conv2.task0.delta").mul_(7);
        QVERIFY(at::equal(built.layer->forward(tapsInputs())[0], changed));
        built.parameter("1.conv2.task0.score").fill_(0.1); // τ itself counts as over
        built.parameter("1.conv2.task0.delta").div_(7);
        const std::vector<at::Tensor> after = built.layer->forward(tapsInputs());
        QVERIFY(at::allclose(after[0], before[0], 1e-5, 1e-6) && at::equal(after[1], before[1]));
    }

    /// The indicator's gradient, ⟨∂L/∂W', δW⟩ with W' = W + 1[s ≥ τ] δW, on either side of the threshold. For one linear layer and the loss
    /// Σ c ⊙ relu(x W'ᵀ / √(1 + ε)), written out.
    void scoresGetTheIndicatorsGradient()
    {
        for (const double score : {0.3, 0.02}) {
            const BuiltBlock built("taps_stage", {{"channels", Whole(5)}, {"blocks", Whole(1)}, {"type", "vector"}, {"penalty", 0.0}},
                                   {{"in.0", concord::test::vector(4)}, {"in.1", concord::test::vector(4)}}, 2);
            built.layer->setTraining(false);
            const at::Tensor x = concord::test::randomTensor({6, 4}, 1);
            const at::Tensor c = concord::test::randomTensor({6, 5}, 2);
            {
                const at::NoGradGuard noGrad;
                built.parameter("0.conv1.task1.score").fill_(score);
                built.parameter("0.conv1.task1.delta").copy_(concord::test::randomTensor({5, 4}, 3));
            }
            (built.layer->forward({x, x})[1] * c).sum().backward();
            const at::Tensor delta = built.parameter("0.conv1.task1.delta").detach();
            const at::Tensor weight = built.parameter("0.conv1.weight").detach() + (score >= 0.1 ? 1 : 0) * delta;
            const double scale = 1 / std::sqrt(1 + 1e-5);
            const at::Tensor slope = (c * x.mm(weight.t()).gt(0)).t().mm(x) * scale; // ∂L/∂W'
            const double expected = (slope * delta).sum().item<double>();
            QVERIFY(std::abs(expected) > 0.1);
            QVERIFY(std::abs(built.parameter("0.conv1.task1.score").grad().item<double>() - expected) < 1e-4 * (1 + std::abs(expected)));
            QVERIFY(at::allclose(built.parameter("0.conv1.task1.delta").grad(), score >= 0.1 ? slope : at::zeros_like(slope), 1e-4, 1e-5));
            QVERIFY(at::allclose(built.parameter("0.conv1.weight").grad(), slope, 1e-4, 1e-5));
            QVERIFY(!built.parameter("0.conv1.task0.score").grad().defined());
        }
    }

    /// λ / L Σ |s| over layers and tasks: five layers here, two tasks.
    void scoresArePenalised()
    {
        const BuiltBlock built = taps({{"penalty", 0.25}});
        {
            const at::NoGradGuard noGrad;
            built.parameter("0.conv1.task0.score").fill_(-0.4);
        }
        const at::Tensor term = built.layer->auxiliaryLoss();
        QVERIFY(std::abs(term.item<double>() - 0.25 * (9 * 0.15 + 0.4)) < 1e-6);
        term.backward();
        QCOMPARE(built.parameter("0.conv1.task0.score").grad().item<float>(), -0.25F);
        QCOMPARE(built.parameter("0.downsample.0.task1.score").grad().item<float>(), 0.25F);
        built.layer->setTraining(false);
        QVERIFY(!built.layer->auxiliaryLoss().defined());
    }

    /// Each task: a copy of the kernels, a score for each, and normalisations; a frozen base is not trained and has its own seed.
    void countsAndOwns()
    {
        const Whole kernels = 4 * 6 * 9 + 3 * 6 * 6 * 9 + 4 * 6;
        const Whole perTask = kernels + 5 + 5 * 2 * 6;
        QCOMPARE(taps({}).inference.parameters, kernels + 2 * perTask);
        QCOMPARE(taps({}, 3).inference.parameters, kernels + 3 * perTask);
        const BuiltBlock frozen = taps({{"base", "frozen"}});
        QCOMPARE(frozen.inference.parameters, 2 * perTask);
        const at::Tensor base = baseOf(frozen, "1.conv2.weight").clone();
        QVERIFY(std::abs(base.std().item<double>() / std::sqrt(1.0 / (6 * 9)) - 1) < 0.15); // no ReLU follows: variance 1 / fan-in
        frozen.layer->initialise(makeGenerator(at::kCPU, 77));
        QVERIFY(at::equal(baseOf(frozen, "1.conv2.weight"), base));
        QVERIFY(!at::equal(baseOf(taps({{"base", "frozen"}, {"seed", Whole(2)}}), "1.conv2.weight"), base));
        const BuiltBlock trained = taps({});
        for (const Layer::Parameter &parameter : trained.layer->parameters()) {
            const auto task = parameter.name.find(".task");
            QCOMPARE(parameter.outputs, task == std::string::npos ? std::vector<int>() : std::vector<int>{parameter.name[task + 5] - '0'});
        }
        const std::vector<Layer::Probe> probes = frozen.layer->probes();
        QCOMPARE(probes.front().rows.size(), std::size_t(2));
        QCOMPARE(probes.front().values.size(1), Whole(5));
        QCOMPARE(probes.front().columns[4], std::string("1.conv2"));
    }
};

CONCORD_TEST(TapsStageTest)
#include "taps_stage_test.moc"
