#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

class TaskQueryDecoderTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    static BuiltBlock built(int tasks, Whole pool = 1, Whole heads = 1)
    {
        PortTypes ports;
        for (int t = 0; t < tasks; ++t)
            ports[fmt::format("in.{}", t)] = features(4, 3, 4);
        return {"task_query_decoder", {{"heads", heads}, {"pool", pool}}, ports, tasks};
    }

    static std::vector<at::Tensor> maps(int tasks)
    {
        std::vector<at::Tensor> result;
        for (int t = 0; t < tasks; ++t)
            result.push_back(randomTensor({2, 4, 3, 4}, std::uint64_t(t) + 1));
        return result;
    }

    static at::Tensor attention(const BuiltBlock &block, const std::string &name, const at::Tensor &queries, const at::Tensor &keys)
    {
        const auto projected = [&](const at::Tensor &x, int part) { return at::linear(x, block.parameter(name + ".in_proj_weight").narrow(0, 4 * part, 4)); };
        const at::Tensor scores = at::einsum("nqc,nkc->nqk", {projected(queries, 0), projected(keys, 1)}) / 2;
        const at::Tensor weights = scores.exp() / scores.exp().sum({2}, true);
        return at::linear(at::einsum("nqk,nkc->nqc", {weights, projected(keys, 2)}), block.parameter(name + ".out_proj.weight"));
    }

    static at::Tensor normed(const BuiltBlock &block, const std::string &name, const at::Tensor &x)
    {
        const at::Tensor y = at::linear(x, block.parameter(name + ".fc.weight"));
        const at::Tensor centred = y - y.mean({-1}, true);
        return centred / (centred.square().mean({-1}, true) + 1e-6).sqrt();
    }

    static at::Tensor tokens(const at::Tensor &map) { return map.flatten(2).transpose(1, 2); }

private Q_SLOTS:
    void interactsThenAsks()
    {
        const BuiltBlock block = built(2);
        const std::vector<at::Tensor> inputs = maps(2);
        const std::vector<at::Tensor> outputs = block.layer->forward(inputs);
        const at::Tensor all = at::cat({tokens(inputs[0]), tokens(inputs[1])}, 1);
        const at::Tensor asked = normed(block, "interacted", attention(block, "interaction", all, all));
        for (std::size_t t = 0; t < 2; ++t) {
            const std::string task = fmt::format("task{}.", t);
            const at::Tensor answer = normed(block, task + "answer", attention(block, task + "query", tokens(inputs[t]), asked));
            QVERIFY(at::allclose(tokens(outputs[t]), tokens(inputs[t]) + answer, 1e-3, 1e-4));
        }
    }

    void rowsOfAttentionSumToOne()
    {
        const BuiltBlock block = built(3, 2, 2);
        block.layer->forward(maps(3));
        const Layer::Probe probe = block.layer->probes().at(0);
        QCOMPARE(probe.values.sizes().vec(), (std::vector<Whole>{3, 3}));
        QVERIFY(at::allclose(probe.values.sum({1}), at::ones({3})));
    }

    /// No task's answer is its own alone.
    void everyTaskReachesEveryOther()
    {
        const BuiltBlock block = built(2, 2);
        std::vector<at::Tensor> inputs = maps(2);
        inputs[1].set_requires_grad(true);
        const at::Tensor first = block.layer->forward(inputs)[0];
        QVERIFY(torch::autograd::grad({first.square().sum()}, {inputs[1]})[0].abs().max().item<float>() > 0);
        QVERIFY(block.layer->connects(1, 0));
    }

    /// There are no positions: places in another order give the same in that order.
    void knowsNoPositions()
    {
        const BuiltBlock block = built(2);
        const at::Tensor order = at::randperm(12, makeGenerator(at::kCPU, 3), at::kLong);
        const auto reordered = [&order](const at::Tensor &x) { return x.flatten(2).index_select(2, order).reshape_as(x); };
        const std::vector<at::Tensor> inputs = maps(2);
        const at::Tensor after = block.layer->forward({reordered(inputs[0]), reordered(inputs[1])})[1];
        QVERIFY(at::allclose(after, reordered(block.layer->forward(inputs)[1]), 1e-4, 1e-5));
    }

    void countsParametersAndMultiplyAdds()
    {
        const Whole attention = 4 * 16 + 4 * 4;
        const Whole map = 16 + 4 + 2 * 4;
        QCOMPARE(built(3).inference.parameters, 4 * (attention + map));
        // 3×4 pixels in squares of 2 are 2·2 tokens, of three tasks 12.
        const Whole interaction = 4 * 12 * 16 + 2 * 12 * 12 * 4 + 12 * 16;
        const Whole query = 2 * (12 + 12) * 16 + 2 * 12 * 12 * 4 + 12 * 16;
        QCOMPARE(built(3, 2).inference.macs, interaction + 3 * query);
    }
};

CONCORD_TEST(TaskQueryDecoderTest)

} // namespace concord::test

#include "task_query_decoder_test.moc"
