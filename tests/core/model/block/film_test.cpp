#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

class FilmTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    static PortTypes ports() { return {{"in.0", concord::test::features(4, 3, 5)}, {"in.1", concord::test::features(4, 3, 5)}}; }
    static std::vector<at::Tensor> maps() { return {concord::test::randomTensor({2, 4, 3, 5}, 1), concord::test::randomTensor({2, 4, 3, 5}, 2)}; }

private Q_SLOTS:
    void startsPlain()
    {
        const concord::test::BuiltBlock built("film", {}, ports(), 2);
        const std::vector<at::Tensor> x = maps();
        const std::vector<at::Tensor> outputs = built.layer->forward(x);
        QVERIFY(at::equal(outputs[0], x[0]) && at::equal(outputs[1], x[1]));
    }

    /// (1 + γ) x + β per channel, with the column's own numbers.
    void followsTheFormula()
    {
        const concord::test::BuiltBlock built("film", {}, ports(), 2);
        const at::NoGradGuard noGrad;
        const at::Tensor gain = concord::test::randomTensor({4}, 3);
        const at::Tensor bias = concord::test::randomTensor({4}, 4);
        built.parameter("task1.gain").copy_(gain);
        built.parameter("task1.bias").copy_(bias);
        const std::vector<at::Tensor> x = maps();
        const std::vector<at::Tensor> outputs = built.layer->forward(x);
        QVERIFY(at::equal(outputs[0], x[0]));
        for (Whole c = 0; c < 4; ++c)
            QVERIFY(at::allclose(outputs[1].select(1, c), (1 + gain[c]) * x[1].select(1, c) + bias[c], 1e-5, 1e-6));
    }

    void learnsWhatItIsTold()
    {
        for (const auto &[learns, count] : {std::pair("gain and bias", 16), std::pair("gain", 8), std::pair("bias", 8)}) {
            const concord::test::BuiltBlock built("film", {{"learns", learns}}, ports(), 2);
            QCOMPARE(built.inference.parameters, Whole(count));
            for (const Layer::Parameter &parameter : built.layer->parameters())
                QVERIFY(std::string(learns).find(parameter.name.substr(6)) != std::string::npos);
        }
    }
};

CONCORD_TEST(FilmTest)
#include "film_test.moc"
