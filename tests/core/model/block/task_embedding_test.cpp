#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using concord::test::BuiltBlock;

BuiltBlock embedding(ParamMap params, int tasks)
{
    params.insert({{"size", Whole(5)}, {"depth", Whole(2)}});
    return BuiltBlock("task_embedding", params, {{"in", concord::test::features(3, 8, 6)}}, tasks);
}

/// [tasks, size]: two linear layers with a leaky ReLU behind each, of the one-hot codes.
at::Tensor tableOf(const BuiltBlock &built)
{
    const auto leaky = [](const at::Tensor &x) { return at::where(x.gt(0), x, 0.2 * x); };
    const at::Tensor first = leaky(built.parameter("fc1.weight").t() + built.parameter("fc1.bias"));
    return leaky(first.mm(built.parameter("fc2.weight").t()) + built.parameter("fc2.bias"));
}

} // namespace

class TaskEmbeddingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void laysOutOneTaskPerColumn()
    {
        const BuiltBlock built = embedding({}, 3);
        const std::vector<at::Tensor> outputs = built.layer->forward({at::ones({2, 3, 8, 6})});
        QCOMPARE(outputs.size(), std::size_t(4));
        const at::Tensor table = tableOf(built);
        for (Whole t = 0; t < 3; ++t)
            QVERIFY(at::allclose(outputs[std::size_t(t)], table[t].view({1, 5, 1, 1}).expand({2, 5, 8, 6}), 1e-5, 1e-6));
        QCOMPARE(outputs[3].abs().max().item<float>(), 0.F);
        QVERIFY(!built.layer->connects(0, 0));
    }

    /// Everywhere each task is asked for by exactly one column; a palette is four rectangles at most, and evaluation has none.
    void mosaicsAskForEachTaskOnce()
    {
        const BuiltBlock built = embedding({{"mosaic", 1.0}}, 4);
        const std::vector<at::Tensor> outputs = built.layer->forward({at::ones({50, 3, 8, 6})});
        const at::Tensor palette = outputs[4];
        QVERIFY(at::equal(palette, palette.round()) && palette.ge(0).all().item<bool>() && palette.lt(4).all().item<bool>());
        const at::Tensor table = tableOf(built);
        for (Whole t = 0; t < 4; ++t) {
            const at::Tensor asked = (palette + double(t)).remainder(4).to(at::kLong).flatten();
            const at::Tensor expected = table.index_select(0, asked).view({50, 8, 6, 5}).permute({0, 3, 1, 2});
            QVERIFY(at::allclose(outputs[std::size_t(t)], expected, 1e-5, 1e-6));
        }
        // Rows are of two kinds, columns too: beside a pixel there is a change at most once in each direction.
        QVERIFY(palette.diff(1, 2).ne(0).any(3).sum(2).le(1).all().item<bool>());
        QVERIFY(palette.diff(1, 3).ne(0).any(2).sum(2).le(1).all().item<bool>());
        QVERIFY(palette.flatten(1).ne(palette.flatten(1).narrow(1, 0, 1)).any(1).sum().item<Whole>() > 35); // alike by chance: 1 in 64
        built.layer->setTraining(false);
        QCOMPARE(built.layer->forward({at::ones({50, 3, 8, 6})})[4].abs().max().item<float>(), 0.F);
    }

    void mixesTheShareAskedFor()
    {
        const BuiltBlock built = embedding({{"mosaic", 0.25}}, 8);
        const at::Tensor palette = built.layer->forward({at::ones({2000, 3, 4, 4})})[8];
        const double share = palette.flatten(1).ne(0).any(1).to(at::kDouble).mean().item<double>();
        QVERIFY2(std::abs(share - 0.25) < 0.04, qPrintable(QString::number(share))); // deviation 0.01
    }

    /// A further task costs one row of the first layer.
    void growsByOneRow() { QCOMPARE(embedding({}, 6).inference.parameters - embedding({}, 5).inference.parameters, Whole(5)); }

    void givesVectorsToo()
    {
        const BuiltBlock built("task_embedding", {{"size", Whole(5)}, {"type", "vector"}, {"mosaic", 1.0}}, {{"in", concord::test::vector(7)}}, 2);
        const std::vector<at::Tensor> outputs = built.layer->forward({at::ones({3, 7})});
        QCOMPARE(outputs.size(), std::size_t(2));
        QVERIFY(at::allclose(outputs[1], tableOf(built)[1].expand({3, 5}), 1e-5, 1e-6));
    }
};

CONCORD_TEST(TaskEmbeddingTest)
#include "task_embedding_test.moc"
