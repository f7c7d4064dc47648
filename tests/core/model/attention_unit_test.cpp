#include "core/model/attention_unit.h"
#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

/// Attention between two sets of tokens as a layer.
class CrossAttentionLayer : public Layer
{
public:
    CrossAttentionLayer(std::int64_t channels, std::int64_t heads)
        : unit(*this, "unit", channels, heads)
    {
        initialise(makeGenerator(at::kCPU, 4));
    }
    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override { return {unit(inputs[0], inputs[1]).tokens}; }

    CrossAttentionUnit unit;
};

class AttentionUnitTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rowsSumToOne()
    {
        const at::Tensor weights = attentionWeights(randomTensor({2, 5, 3}, 1), randomTensor({2, 7, 3}, 2), 0.5);
        QCOMPARE(weights.sizes().vec(), (std::vector<std::int64_t>{2, 5, 7}));
        QVERIFY(at::allclose(weights.sum({-1}), at::ones({2, 5})));
        QVERIFY(weights.min().item<float>() > 0);
    }

    /// Head by head and query by query, from the definition.
    void isAttentionOfSeveralHeads()
    {
        CrossAttentionLayer layer(4, 2);
        const at::NoGradGuard noGrad;
        layer.parameters()[1].value.normal_(0, 1, makeGenerator(at::kCPU, 5));
        const at::Tensor queries = randomTensor({1, 3, 4}, 1);
        const at::Tensor keys = randomTensor({1, 5, 4}, 2);
        const at::Tensor w = layer.parameters()[0].value;
        const at::Tensor b = layer.parameters()[1].value;
        const at::Tensor q = queries[0].mm(w.narrow(0, 0, 4).t()) + b.narrow(0, 0, 4);
        const at::Tensor k = keys[0].mm(w.narrow(0, 4, 4).t()) + b.narrow(0, 4, 4);
        const at::Tensor v = keys[0].mm(w.narrow(0, 8, 4).t()) + b.narrow(0, 8, 4);
        const at::Tensor expected = at::zeros({3, 4});
        for (int query = 0; query < 3; ++query)
            for (int head = 0; head < 2; ++head) {
                const auto part = [head](const at::Tensor &x) { return x.narrow(-1, 2 * head, 2); };
                const at::Tensor score = (part(k) * part(q[query])).sum({1}) / std::sqrt(2.0);
                const at::Tensor weight = score.exp() / score.exp().sum();
                part(expected[query]).copy_((part(v) * weight.unsqueeze(1)).sum({0}));
            }
        const at::Tensor out = at::linear(expected, layer.parameters()[2].value, layer.parameters()[3].value);
        const CrossAttentionUnit::Result result = layer.unit(queries, keys);
        QVERIFY(at::allclose(result.tokens[0], out, 1e-4, 1e-5));
        QVERIFY(at::allclose(result.weights.sum({-1}), at::ones({1, 2, 3})));
    }

    void countsParameters()
    {
        CrossAttentionLayer layer(6, 3);
        QCOMPARE(countParameters(layer), CrossAttentionUnit::parameterCount(6));
        QCOMPARE(CrossAttentionUnit::parameterCount(6), std::int64_t(4 * 36 + 4 * 6));
        QCOMPARE(CrossAttentionUnit::macs(6, 10, 4), std::int64_t(2 * 10 * 36 + 2 * 4 * 36 + 2 * 10 * 4 * 6));
    }

    void headsComeTogetherAgain()
    {
        const at::Tensor tokens = randomTensor({2, 5, 6});
        QCOMPARE(splitHeads(tokens, 3).sizes().vec(), (std::vector<std::int64_t>{2, 3, 5, 2}));
        QVERIFY(at::equal(splitHeads(tokens, 3).select(1, 1), tokens.narrow(2, 2, 2)));
        QVERIFY(at::equal(mergeHeads(splitHeads(tokens, 3)), tokens));
    }

    /// 5×3 in squares of 2: what is left at the border is a mean of fewer.
    void poolsWhatThereIs()
    {
        const at::Tensor map = at::arange(15, at::kFloat).reshape({1, 1, 5, 3});
        const at::Tensor expected = at::empty({1, 1, 3, 2});
        for (int y = 0; y < 3; ++y)
            for (int x = 0; x < 2; ++x)
                expected[0][0][y][x] = map.narrow(2, 2 * y, y == 2 ? 1 : 2).narrow(3, 2 * x, x == 1 ? 1 : 2).mean();
        QVERIFY(at::allclose(poolMap(map, 2), expected));
        QCOMPARE(poolMap(map, 7).numel(), std::int64_t(1));
        QCOMPARE(pooledSize(5, 2), std::int64_t(3));
    }

    void sharesAreThoseOfRunsOfKeys()
    {
        const at::Tensor weights = at::softmax(randomTensor({2, 3, 4, 6}), -1);
        const at::Tensor shares = attentionShares(weights, 3);
        for (int task = 0; task < 3; ++task)
            QVERIFY(at::allclose(shares[task], weights.narrow(-1, 2 * task, 2).sum() / (2 * 3 * 4)));
    }
};

CONCORD_TEST(AttentionUnitTest)

} // namespace concord::test

#include "attention_unit_test.moc"
