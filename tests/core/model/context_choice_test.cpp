#include "core/model/context_choice.h"
#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

/// The choice of one target among two sources; the second has no s-label.
class ChoiceLayer : public Layer
{
public:
    explicit ChoiceLayer(std::uint64_t seed = 3)
        : choice(*this, {.prefix = "choice", .candidates = {{true, true, true, true, true}, {true, true, true, true, false}}, .anneal = 10})
    {
        initialise(makeGenerator(at::kCPU, 1));
        setGenerator(makeGenerator(at::kCPU, seed));
    }
    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &) override { return {choice.relaxed()}; }
    at::Tensor relaxed() { return forward({})[0]; }
    at::Tensor &architecture() { return parameters().front().value; }

    ContextChoice choice;
};

class ContextChoiceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void weightsSumToOne()
    {
        ChoiceLayer layer;
        for (int pass = 0; pass < 20; ++pass) {
            const at::Tensor weights = layer.relaxed().detach();
            QVERIFY(at::allclose(weights.sum({1}), at::ones({2})));
            QVERIFY(weights.min().item<float>() >= 0);
            QCOMPARE(weights[1][4].item<float>(), 0.F); // barred
        }
    }

    /// The largest of Gumbel variables is each with its softmax probability (Gumbel-max), so at a low temperature that is how often each is chosen.
    void choosesAsOftenAsTheSoftmaxSays()
    {
        ChoiceLayer layer;
        const at::NoGradGuard noGrad;
        layer.architecture()[0].copy_(at::tensor({0.0, 0.15, 0.3, 0.0, -0.2})); // no margin, so nothing is decided
        const at::Tensor expected = layer.choice.probabilities()[0];
        for (int pass = 0; pass < 10; ++pass)
            layer.relaxed();
        constexpr int passes = 4000;
        at::Tensor counts = at::zeros({5});
        for (int pass = 0; pass < passes; ++pass) {
            const at::Tensor weights = layer.relaxed()[0];
            counts += weights.eq(weights.max()).to(at::kFloat);
        }
        QVERIFY((counts / passes - expected).abs().max().item<float>() < 4 * std::sqrt(0.25 / passes));
    }

    /// 1 at first; a twentieth after ten passes, where one kind has nearly all.
    void cools()
    {
        ChoiceLayer layer;
        const auto sharpness = [&layer](int passes) {
            double sum = 0;
            for (int pass = 0; pass < passes; ++pass)
                sum += layer.relaxed()[0].max().item<double>() / passes;
            return sum;
        };
        const double warm = sharpness(1);
        QCOMPARE(layer.choice.progress().item<float>(), 0.1F);
        sharpness(9);
        QCOMPARE(layer.choice.progress().item<float>(), 1.F);
        QVERIFY(sharpness(200) > 0.95);
        QVERIFY(warm < 0.95);
        QCOMPARE(layer.choice.progress().item<float>(), 1.F);
    }

    /// Once a kind is 0.3 ahead it has all the weight, and keeps it.
    void decidesForGood()
    {
        ChoiceLayer layer;
        const at::NoGradGuard noGrad;
        layer.architecture()[1][2].fill_(3);
        QCOMPARE(layer.relaxed()[1][2].item<float>(), 1.F);
        layer.architecture()[1][2].fill_(0.1);
        QCOMPARE(layer.relaxed()[1][2].item<float>(), 1.F);
        QVERIFY(layer.relaxed()[0].max().item<float>() < 1);
        QCOMPARE(layer.choice.best(), (std::vector<std::size_t>{0, 2}));
    }

    void drawsFromItsOwnGenerator()
    {
        ChoiceLayer a;
        ChoiceLayer b;
        ChoiceLayer other(4);
        QVERIFY(at::equal(a.relaxed(), b.relaxed()));
        QVERIFY(!at::equal(a.relaxed(), other.relaxed()));
    }

    /// Evenly among five and among four.
    void entropyIsTheMeanOfTheSources()
    {
        ChoiceLayer layer;
        QVERIFY(std::abs(layer.choice.entropy().item<double>() - (std::log(5.0) + std::log(4.0)) / 2) < 1e-5);
    }
};

CONCORD_TEST(ContextChoiceTest)

} // namespace concord::test

#include "context_choice_test.moc"
