#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;

struct Reference
{
    at::Tensor inputGrads;   ///< [K, N, in]
    at::Tensor gramian;      ///< [K, K] float64
};

/// One autograd pass per task.
Reference manyPasses(Layer &layer, const at::Tensor &x, const at::Tensor &output, const at::Tensor &outputGrads)
{
    torch::autograd::variable_list wanted = {x};
    for (Layer::Parameter &parameter : layer.parameters())
        wanted.push_back(parameter.value);
    std::vector<at::Tensor> inputGrads;
    std::vector<at::Tensor> rows;
    for (Whole k = 0; k < outputGrads.size(0); ++k) {
        const auto grads = torch::autograd::grad({output}, wanted, {outputGrads[k]}, /*retain_graph=*/true);
        inputGrads.push_back(grads.front());
        std::vector<at::Tensor> row;
        for (std::size_t i = 1; i < grads.size(); ++i)
            row.push_back(grads[i].to(at::kDouble).flatten());
        rows.push_back(at::cat(row));
    }
    const at::Tensor jacobian = at::stack(rows);
    return {at::stack(inputGrads), jacobian.mm(jacobian.t())};
}

} // namespace

class MlpTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manyBackwardPassesAtOnce_data()
    {
        QTest::addColumn<int>("batch");
        QTest::addColumn<int>("in");
        QTest::addColumn<double>("dropout");
        QTest::addColumn<bool>("repeatedRows");
        QTest::newRow("narrow batch") << 8 << 40 << 0.0 << false;
        QTest::newRow("wide batch") << 60 << 10 << 0.0 << false;
        QTest::newRow("as wide as the input") << 40 << 40 << 0.0 << false;
        QTest::newRow("dropout, narrow batch") << 8 << 40 << 0.4 << false;
        QTest::newRow("dropout, wide batch") << 60 << 10 << 0.4 << false;
        QTest::newRow("singular: equal samples") << 8 << 40 << 0.0 << true;
        QTest::newRow("one sample") << 1 << 5 << 0.2 << false;
    }

    void manyBackwardPassesAtOnce()
    {
        QFETCH(int, batch);
        QFETCH(int, in);
        QFETCH(double, dropout);
        QFETCH(bool, repeatedRows);
        const concord::test::BuiltBlock built("mlp", {{"hidden", std::vector<Whole>{48, 24, 12}}, {"dropout", dropout}}, {{"in", concord::test::vector(in)}});
        Layer &layer = *built.layer;
        QVERIFY(layer.canBackwardMany());
        layer.keepForMany(true);

        at::Tensor x = concord::test::randomTensor({repeatedRows ? 1 : batch, in});
        x = x.expand({batch, in}).contiguous().set_requires_grad(true);
        const at::Tensor output = built.run(x);
        const at::Tensor outputGrads = concord::test::randomTensor({5, batch, 12}, 3);
        const at::Tensor untouched = outputGrads.clone();
        const Reference expected = manyPasses(layer, x, output, outputGrads);

        const at::Tensor before = concord::test::randomTensor({5, 5}, 4).to(at::kDouble);
        at::Tensor gramian = before.clone();
        const at::Tensor inputGrads = layer.backwardMany(outputGrads, gramian, true);
        QVERIFY(concord::test::relativeError(inputGrads, expected.inputGrads) <= 1e-5);
        QVERIFY(concord::test::relativeError(gramian - before, expected.gramian) <= 1e-5);
        QVERIFY(at::equal(outputGrads, untouched));
        QVERIFY(!layer.backwardMany(outputGrads, gramian, false).defined());
    }

    void onlyReluWithoutNormCanBackwardMany()
    {
        for (const auto &[param, value] : ParamMap{{"activation", "gelu"}, {"activation", "none"}, {"norm", "batch"}})
            QVERIFY(!concord::test::BuiltBlock("mlp", {{param, value}}, {{"in", concord::test::vector(4)}}).layer->canBackwardMany());
    }

    void appliesTheActivationToTheLastLayerToo()
    {
        const concord::test::BuiltBlock built("mlp", {{"hidden", std::vector<Whole>{6}}}, {{"in", concord::test::vector(4)}});
        const at::Tensor x = concord::test::randomTensor({9, 4});
        const at::Tensor expected = (x.mm(built.parameter("fc1.weight").t()) + built.parameter("fc1.bias")).clamp_min(0);
        QVERIFY(at::allclose(built.run(x), expected, 1e-6, 1e-6));
        QVERIFY(built.run(x).min().item<float>() == 0);
    }

    void costsAreThoseOfMatrices()
    {
        const concord::test::BuiltBlock built("mlp", {{"hidden", std::vector<Whole>{512, 512, 512, 256}}}, {{"in", concord::test::vector(512)}});
        QCOMPARE(built.inference.parameters, Whole(3 * (512 * 512 + 512) + 512 * 256 + 256));
        QCOMPARE(built.inference.macs, Whole(3 * 512 * 512 + 512 * 256));
    }

    void refusesWhatCannotWork()
    {
        const auto refusal = [](const ParamMap &params, const TensorType &in) {
            return concord::test::errorOf([&] { concord::test::BuiltBlock("mlp", params, {{"in", in}}); });
        };
        QCOMPARE(refusal({}, concord::test::features(3, 8, 8)), std::string("input 'in' expected a shape [features], found 3×8×8"));
        QCOMPARE(refusal({{"hidden", std::vector<Whole>{}}}, concord::test::vector(3)), std::string("hidden: expected at least one number, found none"));
        QCOMPARE(refusal({}, concord::test::vector(0)), std::string("input 'in' expected sizes of at least 1, found 0"));
    }
};

CONCORD_TEST(MlpTest)
#include "mlp_test.moc"
