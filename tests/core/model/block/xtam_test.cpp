#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

class XtamTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;
    static constexpr Whole many = 16; // channels, so that no ReLU cuts all off

    static BuiltBlock built(int tasks, double alpha = 1, Whole pool = 1, Whole channels = 4)
    {
        PortTypes ports;
        for (int t = 0; t < tasks; ++t)
            ports[fmt::format("in.{}", t)] = features(channels, 4, 6);
        BuiltBlock block("xtam", {{"reduction", Whole(2)}, {"pool", pool}, {"alpha", alpha}}, ports, tasks);
        block.layer->setTraining(false);
        return block;
    }

    static std::vector<at::Tensor> maps(int tasks, Whole channels = 4)
    {
        std::vector<at::Tensor> result;
        for (int t = 0; t < tasks; ++t)
            result.push_back(randomTensor({2, channels, 4, 6}, std::uint64_t(t) + 1));
        return result;
    }

    static at::Tensor freshNorm(const at::Tensor &x) { return x / std::sqrt(1 + 1e-5); }

private Q_SLOTS:
    void projectionsOfZeroAreTheIdentity()
    {
        const BuiltBlock block = built(3);
        const at::NoGradGuard noGrad;
        for (int t = 0; t < 3; ++t)
            block.parameter(fmt::format("task{}.project.weight", t)).zero_();
        const std::vector<at::Tensor> inputs = maps(3);
        const std::vector<at::Tensor> outputs = block.layer->forward(inputs);
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::equal(outputs[t], inputs[t]));
    }

    /// From the paper's formulas: correlation as a softmax of dot products on maps half as large, a gate on the source, both fused and added.
    void followsTheFormulas()
    {
        const BuiltBlock block = built(2, 0.5, 2);
        const std::vector<at::Tensor> inputs = maps(2);
        const at::Tensor out = block.layer->forward(inputs)[0];
        const auto weight = [&block](const char *part) { return block.parameter(fmt::format("task0.from1.{}.weight", part)); };
        const auto pointwise = [](const at::Tensor &x, const at::Tensor &w) { return freshNorm(at::einsum("oc,nchw->nohw", {w.flatten(1), x})).clamp_min(0); };
        const at::Tensor useful = at::conv2d(inputs[1], weight("extract"), {}, 1, 1).clamp_min(0);
        const at::Tensor gated = at::sigmoid(at::conv2d(useful, weight("gate"), {}, 1, 1)) * at::conv2d(useful, weight("gated"), {}, 1, 1);
        const at::Tensor small = at::avg_pool2d(useful, 2);
        const at::Tensor q = pointwise(at::avg_pool2d(inputs[0], 2), weight("query")).flatten(2);
        const at::Tensor k = pointwise(small, weight("key")).flatten(2);
        const at::Tensor v = pointwise(small, weight("value")).flatten(2);
        const at::Tensor scores = at::einsum("ncq,nck->nqk", {q, k}) / std::sqrt(2.0);
        const at::Tensor correlation = scores.exp() / scores.exp().sum({2}, true);
        QVERIFY(at::allclose(correlation.sum({2}), at::ones({2, 6})));
        const at::Tensor gathered = at::einsum("nqk,nck->ncq", {correlation, v}).reshape({2, 2, 2, 3}) * 0.5;
        const at::Tensor full = at::upsample_bilinear2d(gathered, {4, 6}, false);
        const at::Tensor message = pointwise(at::cat({gated, full}, 1), weight("fuse"));
        const at::Tensor expected = inputs[0] + pointwise(message, block.parameter("task0.project.weight"));
        QVERIFY(at::allclose(out, expected, 1e-3, 1e-4));
    }

    /// Rows of attention sum to 1: where all values are equal, it does not matter what correlates with what.
    void gathersAMean()
    {
        const std::vector<at::Tensor> inputs = maps(2, many);
        for (const bool isConstant : {true, false}) {
            const BuiltBlock block = built(2, 1, 1, many);
            const at::NoGradGuard noGrad;
            if (isConstant) {
                block.parameter("task0.from1.value_bn.weight").zero_();
                block.parameter("task0.from1.value_bn.bias").fill_(0.7);
            }
            const at::Tensor before = block.layer->forward(inputs)[0];
            block.parameter("task0.from1.query.weight").mul_(-3);
            QCOMPARE(at::allclose(block.layer->forward(inputs)[0], before, 1e-5, 1e-6), isConstant);
        }
    }

    /// With 3×3 kernels that see their centre alone, places in another order give the same in that order.
    void attentionKnowsNoPositions()
    {
        const BuiltBlock block = built(2);
        const at::NoGradGuard noGrad;
        for (Layer::Parameter &parameter : block.layer->parameters())
            if (parameter.value.dim() == 4 && parameter.value.size(3) == 3) {
                const at::Tensor centre = parameter.value.select(3, 1).select(2, 1).clone();
                parameter.value.zero_().select(3, 1).select(2, 1).copy_(centre);
            }
        const at::Tensor order = at::randperm(24, makeGenerator(at::kCPU, 3), at::kLong);
        const auto reordered = [&order](const at::Tensor &x) { return x.flatten(2).index_select(2, order).reshape_as(x); };
        const std::vector<at::Tensor> inputs = maps(2);
        const at::Tensor after = block.layer->forward({reordered(inputs[0]), reordered(inputs[1])})[0];
        QVERIFY(at::allclose(after, reordered(block.layer->forward(inputs)[0]), 1e-4, 1e-5));
    }

    /// α starts at zero: gates alone serve at first, and α itself learns.
    void attentionComesInSlowly()
    {
        const BuiltBlock block = built(2, 0, 1, many);
        const std::vector<at::Tensor> inputs = maps(2, many);
        const at::Tensor out = block.layer->forward(inputs)[0];
        const std::vector<at::Tensor> gradients =
            torch::autograd::grad({out.square().sum()}, {block.parameter("task0.from1.query.weight"), block.parameter("task0.from1.alpha")});
        QCOMPARE(gradients[0].abs().max().item<float>(), 0.F);
        QVERIFY(gradients[1].abs().max().item<float>() > 0);
    }

    void partsBelongToTheirTarget()
    {
        const BuiltBlock block = built(3);
        for (const Layer::Parameter &parameter : block.layer->parameters())
            QCOMPARE(parameter.outputs, std::vector<int>{parameter.name[4] - '0'});
        QVERIFY(block.layer->connects(0, 2) && block.layer->connects(2, 0));
    }

    void growsWithThePairs()
    {
        // Four channels, two inside: 3×3 extract with bias; gate and gated 3×3; query, key, value and fuse with norms; α.
        const Whole pair = (9 * 4 * 2 + 2) + 2 * (9 * 2 * 2 + 2) + (4 * 2 + 4) + 2 * (2 * 2 + 4) + (4 * 2 + 4) + 2;
        for (const Whole tasks : {1, 2, 4}) {
            const Whole project = tasks > 1 ? tasks * ((tasks - 1) * 2 * 4 + 8) : 0;
            QCOMPARE(built(int(tasks)).inference.parameters, tasks * (tasks - 1) * pair + project);
        }
        const Whole full = 24 * (9 * 4 * 2 + 2 * 9 * 2 * 2 + 4 * 2);
        const Whole small = 6 * (4 * 2 + 2 * 2 * 2) + 2 * 6 * 6 * 2;
        QCOMPARE(built(3, 1, 2).inference.macs, 6 * (full + small) + 3 * 24 * 4 * 4);
    }

    void aSingleTaskPassesThrough()
    {
        const std::vector<at::Tensor> inputs = maps(1);
        QVERIFY(at::equal(built(1).layer->forward(inputs)[0], inputs[0]));
    }
};

CONCORD_TEST(XtamTest)

} // namespace concord::test

#include "xtam_test.moc"
