#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

class DeformableMixerTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    static PortTypes ports(int tasks)
    {
        PortTypes result;
        for (int t = 0; t < tasks; ++t)
            result[fmt::format("in.{}", t)] = features(3, 6, 5);
        return result;
    }

    static at::Tensor freshNorm(const at::Tensor &x) { return x / std::sqrt(1 + 1e-5); }

private Q_SLOTS:
    /// At the start, where nothing is moved yet: 1×1 convolution, then a plain convolution that is added, each with GELU and a norm behind.
    void mixesChannelsThenPlaces()
    {
        for (const Whole kernel : {1, 3}) {
            const BuiltBlock built("deformable_mixer", {{"channels", Whole(4)}, {"kernel", kernel}, {"depth", Whole(2)}}, ports(2), 2);
            built.layer->setTraining(false);
            const std::vector<at::Tensor> inputs = {randomTensor({2, 3, 6, 5}, 1), randomTensor({2, 3, 6, 5}, 2)};
            const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
            for (std::size_t t = 0; t < 2; ++t) {
                at::Tensor x = inputs[t];
                for (int depth = 0; depth < 2; ++depth) {
                    const auto weight = [&](const char *name) { return built.parameter(fmt::format("task{}.{}.{}.weight", t, depth, name)); };
                    x = freshNorm(at::gelu(at::conv2d(x, weight("mix"))));
                    x = x + freshNorm(at::gelu(at::conv2d(x, weight("place"), {}, 1, kernel / 2)));
                }
                QVERIFY(at::allclose(outputs[t], x, 1e-3, 1e-4));
            }
        }
    }

    void everyTaskHasItsOwn()
    {
        const BuiltBlock built("deformable_mixer", {}, ports(2), 2);
        for (const Layer::Parameter &parameter : built.layer->parameters())
            QCOMPARE(parameter.outputs, std::vector<int>{parameter.name[4] - '0'});
        QVERIFY(built.layer->connects(1, 1) && !built.layer->connects(0, 1));
    }

    void countsParametersAndMultiplyAdds()
    {
        const BuiltBlock built("deformable_mixer", {{"channels", Whole(4)}, {"groups", Whole(2)}}, ports(3), 3);
        const Whole mix = 3 * 4 + 4;
        const Whole place = 9 * 4 * 4 + 4;
        const Whole offsets = (9 * 4 + 1) * 2 * 9 * 2;
        QCOMPARE(built.inference.parameters, 3 * (mix + place + offsets + 2 * 2 * 4));
        QCOMPARE(built.inference.macs, Whole(3 * 30) * (3 * 4 + 9 * 4 * 4 + 9 * 4 * 36));
    }

    void refusesWhatCannotBe()
    {
        QCOMPARE(errorOf([] { BuiltBlock("deformable_mixer", {{"kernel", Whole(2)}}, ports(1)); }), std::string("kernel: expected an odd number, found 2"));
        QCOMPARE(errorOf([] {
                     BuiltBlock("deformable_mixer", {{"channels", Whole(4)}, {"groups", Whole(3)}}, ports(1));
                 }),
                 std::string("groups: expected a number that divides the 4 channels, found 3"));
    }
};

CONCORD_TEST(DeformableMixerTest)

} // namespace concord::test

#include "deformable_mixer_test.moc"
