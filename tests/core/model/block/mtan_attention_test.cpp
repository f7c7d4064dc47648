#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;

PortTypes ports(bool withPrevious)
{
    PortTypes result = {{"first", concord::test::features(3, 8, 6)}, {"last", concord::test::features(4, 8, 6)}};
    if (withPrevious)
        result["previous.1"] = concord::test::features(5, 8, 6);
    return result;
}

/// Batch normalisation in evaluation at its start: division by √(1 + 1e-5).
at::Tensor freshNorm(const at::Tensor &x)
{
    return x / std::sqrt(1 + 1e-5);
}

} // namespace

class MtanAttentionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsThePapersFormula()
    {
        const concord::test::BuiltBlock built("mtan_attention", {{"channels", Whole(6)}, {"pool", true}}, ports(true), 2);
        built.layer->setTraining(false);
        const at::Tensor u = concord::test::randomTensor({2, 3, 8, 6}, 1);
        const at::Tensor p = concord::test::randomTensor({2, 4, 8, 6}, 2);
        const at::Tensor previous = concord::test::randomTensor({2, 5, 8, 6}, 3);
        const std::vector<at::Tensor> outputs = built.layer->forward({u, p, at::Tensor(), previous});
        for (int i = 0; i < 2; ++i) {
            const at::Tensor in = i == 1 ? at::cat({u, previous}, 1) : u;
            const auto map = [&](const char *part, const at::Tensor &x) {
                const at::Tensor w = built.parameter(fmt::format("task{}.{}.0.weight", i, part)).flatten(1);
                return freshNorm(at::einsum("oc,nchw->nohw", {w, x}));
            };
            const at::Tensor mask = at::sigmoid(map("h", map("g", in).clamp_min(0)));
            const at::Tensor y = freshNorm(at::conv2d(mask * p, built.parameter("f.0.weight"), {}, 1, 1)).clamp_min(0);
            QVERIFY(at::allclose(outputs[std::size_t(i)], at::max_pool2d(y, 2), 1e-4, 1e-5));
        }
    }

    void masksBelongToTheirTask()
    {
        const concord::test::BuiltBlock built("mtan_attention", {}, ports(false), 2);
        for (const Layer::Parameter &parameter : built.layer->parameters()) {
            const bool shared = parameter.name.starts_with("f.");
            QCOMPARE(parameter.outputs, shared ? std::vector<int>() : std::vector<int>{parameter.name[4] - '0'});
        }
        QVERIFY(built.layer->connects(0, 1) && built.layer->connects(1, 0));
        QVERIFY(built.layer->connects(3, 1) && !built.layer->connects(3, 0));
    }

    void countsMultiplyAdds()
    {
        const concord::test::BuiltBlock built("mtan_attention", {{"channels", Whole(6)}}, ports(true), 2);
        const Whole gates = (3 * 4 + 4 * 4) + ((3 + 5) * 4 + 4 * 4);
        QCOMPARE(built.inference.macs, Whole(48) * (gates + 2 * 9 * 4 * 6));
        QCOMPARE(built.inference.parameters, gates + 2 * 2 * 2 * 4 + 9 * 4 * 6 + 2 * 6);
    }

    void refusesOtherSizes()
    {
        PortTypes wrong = ports(false);
        wrong["previous.0"] = concord::test::features(4, 4, 3);
        const std::string found = concord::test::errorOf([&] { concord::test::BuiltBlock("mtan_attention", {}, wrong, 2); });
        QCOMPARE(found, std::string("input 'previous.0' expected 8×6 as at 'last', found 4×3"));
    }
};

CONCORD_TEST(MtanAttentionTest)
#include "mtan_attention_test.moc"
