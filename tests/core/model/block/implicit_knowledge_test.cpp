#include "core/base/text.h"
#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;

PortTypes implicitPorts(Whole side = 5)
{
    return {{"in.0", concord::test::features(4, side, side)}, {"in.1", concord::test::features(3, side, side)}};
}

std::vector<at::Tensor> implicitMaps()
{
    return {concord::test::randomTensor({2, 4, 5, 5}, 1), concord::test::randomTensor({2, 3, 5, 5}, 2)};
}

} // namespace

class ImplicitKnowledgeTest : public QObject
{
    Q_OBJECT

    static void addForms()
    {
        QTest::addColumn<std::string>("form");
        for (const char *form : {"vector", "linear", "factorised"})
            QTest::newRow(form) << std::string(form);
    }

private Q_SLOTS:
    void nothingLearntChangesNothing_data() { addForms(); }

    /// g = 0 when added, 1 when multiplied (it is stored less 1); beside the features it is zeros in front of them.
    void nothingLearntChangesNothing()
    {
        QFETCH(std::string, form);
        for (const char *combine : {"add", "multiply", "concatenate"}) {
            const concord::test::BuiltBlock built("implicit_knowledge", {{"combine", combine}, {"form", form}}, implicitPorts(), 2);
            const std::vector<at::Tensor> maps = implicitMaps();
            QVERIFY(!at::equal(built.layer->forward(maps)[0].narrow(1, 0, 4), maps[0]));
            const at::NoGradGuard noGrad;
            for (int t = 0; t < 2; ++t)
                built.parameter(fmt::format("task{}.{}", t, form == "factorised" ? "coefficients" : "z")).zero_();
            const std::vector<at::Tensor> outputs = built.layer->forward(maps);
            for (std::size_t t = 0; t < 2; ++t) {
                if (std::string(combine) != "concatenate") {
                    QVERIFY(at::equal(outputs[t], maps[t]));
                    continue;
                }
                const Whole channels = maps[t].size(1);
                QCOMPARE(outputs[t].narrow(1, 0, channels).abs().max().item<float>(), 0.F);
                QVERIFY(at::equal(outputs[t].narrow(1, channels, channels), maps[t]));
            }
        }
    }

    /// z, W z and Zᵀc, added to every pixel of its own column.
    void followsTheFormulas()
    {
        for (const auto &[form, values] : {std::pair("vector", std::vector<const char *>{"z"}), std::pair("linear", std::vector<const char *>{"weight", "z"}),
                                           std::pair("factorised", std::vector<const char *>{"basis", "coefficients"})}) {
            const concord::test::BuiltBlock built("implicit_knowledge", {{"form", form}, {"size", Whole(6)}}, implicitPorts(), 2);
            const at::Tensor last = built.parameter(std::string("task1.") + values.back());
            const at::Tensor g = values.size() == 1 ? last : at::einsum("cs,s->c", {built.parameter(std::string("task1.") + values.front()), last});
            const std::vector<at::Tensor> maps = implicitMaps();
            for (Whole c = 0; c < 3; ++c)
                QVERIFY(at::allclose(built.layer->forward(maps)[1].select(1, c), maps[1].select(1, c) + g[c], 1e-5, 1e-6));
        }
    }

    void sizeOfTheImageCostsNothing_data() { addForms(); }

    void sizeOfTheImageCostsNothing()
    {
        QFETCH(std::string, form);
        const std::map<std::string, Whole> expected = {{"vector", 4 + 3}, {"linear", 7 * 6 + 2 * 6}, {"factorised", 7 * 6 + 2 * 6}};
        for (const Whole side : {1, 5, 64}) {
            const concord::test::BuiltBlock built("implicit_knowledge", {{"form", form}, {"size", Whole(6)}}, implicitPorts(side), 2);
            QCOMPARE(built.inference.parameters, expected.at(form));
            for (const Layer::Parameter &parameter : built.layer->parameters())
                QCOMPARE(parameter.outputs, std::vector<int>{parameter.name[4] - '0'});
        }
    }

    /// The authors' initial values: deviation 0.02 about 0, or about 1 for products.
    void startsNearNothing()
    {
        for (const char *form : {"vector", "linear", "factorised"}) {
            const PortTypes wide = {{"in.0", {.type = PortType::vector, .shape = {4000}}}};
            const concord::test::BuiltBlock built("implicit_knowledge", {{"form", form}, {"type", "vector"}, {"size", Whole(64)}}, wide);
            const double deviation = built.layer->forward({at::zeros({1, 4000})})[0].detach().norm().item<double>() / std::sqrt(4000.0);
            QVERIFY2(deviation > 0.012 && deviation < 0.028, form);
        }
    }

    void refinesPredictionsOfAnyRank()
    {
        const PortTypes ports = {{"in.0", {.type = PortType::prediction, .shape = {7}}}, {"in.1", {.type = PortType::prediction, .shape = {2, 4, 4}}}};
        const concord::test::BuiltBlock built("implicit_knowledge", {{"combine", "multiply"}, {"type", "prediction"}}, ports, 2);
        const at::Tensor logits = concord::test::randomTensor({3, 7}, 1);
        const std::vector<at::Tensor> outputs = built.layer->forward({logits, concord::test::randomTensor({3, 2, 4, 4}, 2)});
        QVERIFY(at::allclose(outputs[0], logits * (1 + built.parameter("task0.z"))));
        QVERIFY(built.inference.outputs.at("out.1").type == PortType::prediction);
    }
};

CONCORD_TEST(ImplicitKnowledgeTest)
#include "implicit_knowledge_test.moc"
