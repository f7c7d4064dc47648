#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

#include <set>

using namespace concord;

class ModulatedMlpTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;
    using Wholes = std::vector<std::int64_t>;

    static PortTypes ports() { return {{"in.0", concord::test::vector(5)}, {"in.1", concord::test::vector(5)}}; }

    static concord::test::BuiltBlock mlp(const Wholes &layers, ParamMap params = {})
    {
        params["hidden"] = Wholes{7, 4};
        params["modulated"] = layers;
        return {"modulated_mlp", params, ports(), 2};
    }

private Q_SLOTS:
    /// relu(W (x ∘ (1 + g)) + b ∘ (1 + c)) layer by layer, in double precision.
    void followsTheFormula()
    {
        const concord::test::BuiltBlock built = mlp({1, 2});
        const at::Tensor x = concord::test::randomTensor({3, 5}, 1);
        const auto value = [&](const std::string &name) { return built.parameter(name).to(at::kDouble); };
        for (const std::string task : {"task0", "task1"}) {
            at::Tensor expected = x.to(at::kDouble);
            for (const std::string layer : {"fc1.", "fc2."}) {
                const at::Tensor read = expected * (1 + value(layer + task + ".gain"));
                expected = (read.mm(value(layer + "weight").t()) + value(layer + "bias") * (1 + value(layer + task + ".bias"))).clamp_min(0);
            }
            QVERIFY(concord::test::relativeError(built.layer->forward({x, x})[task == "task0" ? 0 : 1], expected) < 1e-5);
        }
        QCOMPARE(built.inference.forwards, 2);
        QCOMPARE(built.inference.macs, Whole(2 * (5 * 7 + 7 * 4)));
    }

    /// Zeros everywhere: all tasks get what the weights alone say.
    void withoutModulationTasksAreAlike()
    {
        const concord::test::BuiltBlock built = mlp({1, 2});
        const at::NoGradGuard noGrad;
        const at::Tensor x = concord::test::randomTensor({3, 5}, 1);
        const std::vector<at::Tensor> before = built.layer->forward({x, x});
        QVERIFY(!at::equal(before[0], before[1]));
        for (Layer::Parameter &parameter : built.layer->parameters())
            if (!parameter.outputs.empty())
                parameter.value.zero_();
        const std::vector<at::Tensor> after = built.layer->forward({x, x});
        QVERIFY(at::equal(after[0], after[1]));
        const at::Tensor first = at::linear(x, built.parameter("fc1.weight"), built.parameter("fc1.bias")).relu();
        QVERIFY(at::allclose(after[0], at::linear(first, built.parameter("fc2.weight"), built.parameter("fc2.bias")).relu()));
    }

    /// Only layers that are named have numbers of a task; those of the others are all tasks'.
    void otherLayersStayShared()
    {
        for (const Wholes &layers : {Wholes{1}, Wholes{2}, Wholes{1, 2}, Wholes{}}) {
            const concord::test::BuiltBlock built = mlp(layers);
            std::set<Whole> found;
            Whole own = 0;
            for (const Layer::Parameter &parameter : built.layer->parameters()) {
                if (parameter.outputs.empty())
                    continue;
                found.insert(parameter.name[2] - '0');
                own += parameter.value.numel();
                QCOMPARE(parameter.outputs, std::vector<int>{parameter.name[8] - '0'});
            }
            QVERIFY(found == std::set<Whole>(layers.begin(), layers.end()));
            QCOMPARE(own, Whole(2 * (found.contains(1) * (5 + 7) + found.contains(2) * (7 + 4))));
        }
    }

    void gainOrBiasAlone()
    {
        for (const bool gain : {true, false}) {
            const concord::test::BuiltBlock built = mlp({1}, {{"gain", gain}, {"bias", !gain}});
            QCOMPARE(built.inference.parameters, Whole(5 * 7 + 7 + 7 * 4 + 4 + 2 * (gain ? 5 : 7)));
        }
    }

    void refusesLayersThatAreNotThere()
    {
        QCOMPARE(concord::test::errorOf([] { mlp({3}); }), std::string("modulated: expected numbers of the 2 layers, found 3"));
    }
};

CONCORD_TEST(ModulatedMlpTest)
#include "modulated_mlp_test.moc"
