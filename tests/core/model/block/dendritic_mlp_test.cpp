#include "tests/core/model/built_block.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

/// Who wins is a choice that rounding may turn over.
const concord::test::AddSuiteCase dendriticMlpCase("dendritic_mlp", {.decisions = "out"});

} // namespace

class DendriticMlpTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;
    using Wholes = std::vector<std::int64_t>;

    static concord::test::BuiltBlock mlp(const Wholes &hidden, ParamMap params = {})
    {
        params["hidden"] = hidden;
        return {"dendritic_mlp", params, {{"in.0", concord::test::vector(12)}, {"in.1", concord::test::vector(12)}}, 2};
    }

    static at::Tensor input() { return concord::test::randomTensor({6, 12}, 1); }

    static Whole active(const at::Tensor &row) { return (row != 0).sum().item<Whole>(); }

private Q_SLOTS:
    void exactlyKUnitsStayOn()
    {
        for (const auto &[share, expected] : {std::pair(0.05, 2), std::pair(0.25, 10), std::pair(0.001, 1), std::pair(1.0, 40)}) {
            const concord::test::BuiltBlock built = mlp({40}, {{"active", share}});
            for (const at::Tensor &output : built.layer->forward({input(), input()}))
                for (Whole n = 0; n < 6; ++n)
                    QCOMPARE(active(output[n]), Whole(expected));
        }
    }

    /// Those of the largest gated values, and only they pass a gradient on.
    void gradientFlowsThroughWinnersAlone()
    {
        const concord::test::BuiltBlock built = mlp({40}, {{"sparsity", 0.0}});
        const at::Tensor x = input().narrow(0, 0, 1).set_requires_grad(true);
        const at::Tensor output = built.layer->forward({x, x})[0][0];
        const at::Tensor drive = at::linear(x, built.parameter("fc1.weight"), built.parameter("fc1.bias"))[0];
        const at::Tensor segments = built.parameter("fc1.task0.segments");
        const at::Tensor gated = drive * segments.gather(1, segments.abs().argmax(1, true)).squeeze(1).sigmoid();
        const at::Tensor lowest = std::get<0>(gated.topk(10))[9];
        QVERIFY(at::allclose(output, at::where(gated >= lowest, gated, at::zeros({}))));
        const at::Tensor gradient = torch::autograd::grad({output.sum()}, {built.parameter("fc1.weight")})[0];
        for (Whole unit = 0; unit < 40; ++unit)
            QCOMPARE(gradient[unit].abs().max().item<float>() > 0, (output[unit] != 0).item<bool>());
    }

    /// σ(0) = 1/2: segments of zeros halve the drive, the same for all tasks.
    void zeroSegmentsHalveAPlainNetwork()
    {
        const concord::test::BuiltBlock built = mlp({8}, {{"active", 1.0}, {"sparsity", 0.0}});
        const at::NoGradGuard noGrad;
        for (const char *name : {"fc1.task0.segments", "fc1.task1.segments"})
            built.parameter(name).zero_();
        const std::vector<at::Tensor> outputs = built.layer->forward({input(), input()});
        QVERIFY(at::equal(outputs[0], outputs[1]));
        QVERIFY(at::allclose(outputs[0], at::linear(input(), built.parameter("fc1.weight"), built.parameter("fc1.bias")) / 2));
    }

    /// Of −7.4 and 6.5 the authors' rule takes −7.4 with its sign, the other the largest.
    void takesTheStrongestSegment()
    {
        for (const bool absolute : {true, false}) {
            const concord::test::BuiltBlock built = mlp({1}, {{"active", 1.0}, {"sparsity", 0.0}, {"segments", Whole(2)}, {"selection", absolute ? "absolute maximum" : "maximum"}});
            const at::NoGradGuard noGrad;
            built.parameter("fc1.task0.segments").copy_(at::tensor({-7.4F, 6.5F}).view({1, 2}));
            const at::Tensor drive = at::linear(input(), built.parameter("fc1.weight"), built.parameter("fc1.bias"));
            const double gate = 1 / (1 + std::exp(absolute ? 7.4 : -6.5));
            QVERIFY(at::allclose(built.layer->forward({input(), input()})[0], drive * gate, 1e-4, 1e-6));
        }
    }

    void weightsAreAsSparseAsTold()
    {
        const concord::test::BuiltBlock built = mlp({40}, {{"sparsity", 0.5}, {"active", 1.0}});
        const at::Tensor mask = built.layer->buffers().front().value;
        QVERIFY(at::equal(mask.sum(1), at::full({40}, 6.F)));
        const at::Tensor x = input();
        built.layer->forward({x, x})[0].sum().backward();
        const at::Tensor gradient = built.parameter("fc1.weight").grad();
        QVERIFY(at::equal(gradient != 0, mask != 0));
        // Every unit has a pattern of its own, and the same layer always has the same.
        QVERIFY(!at::equal(mask[0], mask[1]));
        QVERIFY(at::equal(mask, mlp({40}, {{"sparsity", 0.5}}).layer->buffers().front().value));
    }

    void segmentsBelongToTheirTasks()
    {
        const concord::test::BuiltBlock built = mlp({40, 20}, {{"segments", Whole(3)}});
        QCOMPARE(built.inference.parameters, Whole((12 + 1 + 2 * 3) * 40 + (40 + 1 + 2 * 3) * 20));
        for (const Layer::Parameter &parameter : built.layer->parameters())
            if (parameter.name.ends_with("segments"))
                QCOMPARE(parameter.outputs, std::vector<int>{parameter.name[8] - '0'});
            else
                QVERIFY(parameter.outputs.empty());
    }

    /// Another gate for each task chooses other winners; the probe says how many they have in common.
    void tasksUseDifferentUnits()
    {
        const concord::test::BuiltBlock built = mlp({40}, {{"active", 0.25}, {"sparsity", 0.0}});
        const at::NoGradGuard noGrad;
        for (Whole unit = 0; unit < 40; ++unit) {
            built.parameter("fc1.bias")[unit] = 100;
            built.parameter("fc1.task0.segments")[unit].fill_(unit < 10 ? 9 : -9);
            built.parameter("fc1.task1.segments")[unit].fill_(unit < 10 ? -9 : unit < 20 ? 9 : -9);
        }
        built.layer->forward({input(), input()});
        const Layer::Probe probe = built.layer->probes().at(0);
        QCOMPARE(probe.columns.size(), std::size_t(2));
        QVERIFY(at::allclose(probe.values, at::eye(2)));
        built.parameter("fc1.task1.segments").copy_(built.parameter("fc1.task0.segments"));
        built.layer->forward({input(), input()});
        QVERIFY(at::allclose(built.layer->probes().at(0).values, at::ones({2, 2})));
    }
};

CONCORD_TEST(DendriticMlpTest)
#include "dendritic_mlp_test.moc"
