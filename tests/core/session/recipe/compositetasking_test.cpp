#include "tests/core/session/recipe_model.h"
#include "tests/support/testing.h"

namespace concord::test {

class CompositeTaskingRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, std::vector<std::int64_t> shape = {3, 16, 16}, const ParamMap &params = {})
    {
        return RecipeModel("compositetasking", noiseData(std::move(shape), mixedTasks(tasks, true)), params);
    }

    /// The decoder's end for palettes of our own, [2, 16, H, W] each.
    static std::vector<at::Tensor> decode(const RecipeModel &of, const std::vector<at::Tensor> &palettes)
    {
        std::vector<at::Tensor> columns(palettes.size(), of.values("encoder_stage3").outputs[0]);
        for (const char *id : {"decoder3", "decoder2", "decoder1"}) {
            std::vector<at::Tensor> inputs = {of.values(id).inputs[0]};
            inputs.insert(inputs.end(), columns.begin(), columns.end());
            inputs.insert(inputs.end(), palettes.begin(), palettes.end());
            columns = of.node(id).layer->forward(inputs);
        }
        return columns;
    }

private Q_SLOTS:
    /// A task is one embedding: its column of the first layer.
    void tasksAddAnEmbedding()
    {
        QCOMPARE(model(5).sharedNumbers() - model(2).sharedNumbers(), std::int64_t(3 * 16));
        QCOMPARE(model(5).analysis.nodes.at("decoder2").forwards, 5);
        QCOMPARE(model(5).analysis.nodes.at("encoder_stage2").forwards, 1);
    }

    /// Columns differ by the palette alone: tasks that change their codes change their features.
    void thePaletteAloneDecides()
    {
        const RecipeModel composite = model(3);
        const std::vector<at::Tensor> before = composite.values("decoder1").outputs;
        QVERIFY(!at::allclose(before[0], before[2], 1e-2, 1e-2));
        for (Layer::Buffer &buffer : composite.node("palette").layer->buffers())
            buffer.value.copy_(buffer.value.flip({0}));
        const std::vector<at::Tensor> after = composite.values("decoder1").outputs;
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::allclose(after[t], before[2 - t], 1e-4, 1e-5));
    }

    /// One task everywhere is that task's column; of a mixed palette each side is its task's but near the border: 3 · 3×3 kernels and two
    /// upsamplings on maps of a quarter, a half and the whole size reach 4 + 4 + 2 + 2 + 1 pixels.
    void aMixedPaletteAnswersEachRegionsTask()
    {
        const RecipeModel composite = model(3, {3, 16, 64});
        const std::vector<at::Tensor> palettes = {composite.values("palette").outputs[0], composite.values("palette").outputs[2]};
        const std::vector<at::Tensor> columns = composite.values("decoder1").outputs;
        const at::Tensor mixed = at::cat({palettes[0].narrow(3, 0, 32), palettes[1].narrow(3, 32, 32)}, 3);
        const std::vector<at::Tensor> found = decode(composite, {palettes[0], palettes[1], mixed});
        QVERIFY(at::allclose(found[0], columns[0], 1e-4, 1e-5));
        QVERIFY(at::allclose(found[1], columns[2], 1e-4, 1e-5));
        constexpr std::int64_t reach = 13;
        QVERIFY(at::allclose(found[2].narrow(3, 0, 32 - reach), columns[0].narrow(3, 0, 32 - reach), 1e-4, 1e-5));
        QVERIFY(at::allclose(found[2].narrow(3, 32 + reach, 32 - reach), columns[2].narrow(3, 32 + reach, 32 - reach), 1e-4, 1e-5));
        QVERIFY(!at::allclose(columns[0], columns[2], 1e-1, 1e-1));
    }

    /// Mixed palettes of training still end as each task's features: far from the rectangles' borders they are those of evaluation.
    void mosaicsAreGatheredByTask()
    {
        const RecipeModel composite = model(3, {3, 64, 64}, {{"mosaic", 1.0}});
        const std::vector<at::Tensor> expected = composite.values("gather").outputs;
        QVERIFY(at::equal(expected[1], composite.values("decoder1").outputs[1]));
        composite.node("palette").layer->setTraining(true);
        const Forward::NodeValues gathered = composite.values("gather");
        const at::Tensor &palette = gathered.inputs[0];
        constexpr std::int64_t reach = 13;
        const auto largest = [](const at::Tensor &x) { return at::max_pool2d(x, {2 * reach + 1, 2 * reach + 1}, {1, 1}, {reach, reach}); };
        const at::Tensor isFar = largest(palette).eq(-largest(-palette));
        QVERIFY(isFar.any().item<bool>() && !isFar.all().item<bool>() && palette.masked_select(isFar).max().item<float>() > 0);
        for (std::size_t t = 0; t < 3; ++t) {
            const at::Tensor difference = (gathered.outputs[t] - expected[t]).abs();
            QVERIFY((difference * isFar).max().item<float>() < 1e-4F);
            QVERIFY(difference.max().item<float>() > 1e-2F);
        }
    }

    void withoutMosaicsNothingIsGathered()
    {
        const RecipeModel plain = model(2, {3, 16, 16}, {{"mosaic", 0.0}});
        QCOMPARE(plain.count("palette_gather"), std::int64_t(0));
        QCOMPARE(model(2).count("palette_gather"), std::int64_t(1));
        for (std::size_t t = 0; t < 2; ++t)
            QVERIFY(at::equal(plain.predictions()[t], model(2).predictions()[t]));
    }
};

CONCORD_TEST(CompositeTaskingRecipeTest)

} // namespace concord::test

#include "compositetasking_test.moc"
