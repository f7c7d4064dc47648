#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using concord::test::BuiltBlock;

BuiltBlock gather(int columns, Whole height = 6, Whole width = 4)
{
    PortTypes ports = {{"palette", concord::test::features(1, 6, 4)}};
    for (int i = 0; i < columns; ++i)
        ports[fmt::format("in.{}", i)] = concord::test::features(2, height, width);
    return BuiltBlock("palette_gather", {}, ports, columns);
}

} // namespace

class PaletteGatherTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void passesOnWithoutAMosaic()
    {
        const BuiltBlock built = gather(3);
        std::vector<at::Tensor> inputs = {at::zeros({2, 1, 6, 4})};
        for (std::uint64_t i = 1; i <= 3; ++i)
            inputs.push_back(concord::test::randomTensor({2, 2, 6, 4}, i));
        const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::equal(outputs[t], inputs[t + 1]));
        QVERIFY(built.layer->connects(1, 2) && !built.layer->connects(0, 0));
    }

    /// Columns that say at each pixel for which task they were asked: each task gets its own number everywhere.
    void undoesTheMosaicsOfAnEmbedding()
    {
        const BuiltBlock source("task_embedding", {{"mosaic", 1.0}}, {{"in", concord::test::features(3, 6, 4)}}, 5);
        const at::Tensor palette = source.layer->forward({at::ones({9, 3, 6, 4})})[5];
        QVERIFY(palette.max().item<float>() > 2);
        std::vector<at::Tensor> inputs = {palette};
        for (int t = 0; t < 5; ++t)
            inputs.push_back((palette + t).remainder(5).expand({9, 2, 6, 4}));
        const std::vector<at::Tensor> outputs = gather(5).layer->forward(inputs);
        for (int k = 0; k < 5; ++k)
            QVERIFY(at::equal(outputs[std::size_t(k)], at::full({9, 2, 6, 4}, float(k))));
    }

    void readsThePaletteAtTheColumnsSize()
    {
        at::Tensor palette = at::zeros({1, 1, 6, 4});
        palette.narrow(2, 2, 4).fill_(1);
        const std::vector<at::Tensor> outputs = gather(2, 3, 2).layer->forward({palette, at::full({1, 2, 3, 2}, 5.F), at::full({1, 2, 3, 2}, 7.F)});
        QVERIFY(at::equal(outputs[0][0][0].select(1, 0), at::tensor({5.F, 7.F, 7.F})));
        QVERIFY(at::equal(outputs[1][0][0].select(1, 0), at::tensor({7.F, 5.F, 5.F})));
    }

    void refusesAWidePalette()
    {
        const std::string found = concord::test::errorOf([] {
            BuiltBlock("palette_gather", {}, {{"palette", concord::test::features(2, 3, 3)}, {"in.0", concord::test::features(2, 3, 3)}}, 1);
        });
        QCOMPARE(found, std::string("input 'palette' expected 1 channel, found 2"));
    }
};

CONCORD_TEST(PaletteGatherTest)
#include "palette_gather_test.moc"
