#include "core/session/recipe_layout.h"

#include "tests/core/session/recipe_model.h"
#include "tests/support/testing.h"

namespace concord::test {

namespace {

/// A trunk at half size whose features are predicted from at once, and again at the end.
class SupervisedRecipe : public Recipe
{
protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.nextColumn();
        Stream trunk = layout.addStage("trunk", 0, layout.input(), layout.middle());
        layout.nextColumn();
        trunk = layout.addStage("trunk", 1, trunk, layout.middle());
        layout.nextColumn();
        layout.setFrame("Initial predictions");
        for (std::size_t task = 0; task < layout.tasks().size(); ++task)
            layout.addInitialPrediction(task, trunk, 0.5);
        layout.setFrame("");
        layout.finish(Streams(layout.tasks().size(), trunk));
    }
};

} // namespace

class RecipeLayoutTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Each task's loss is its own and half that of its early prediction, whatever its kind; nothing else of the graph changes.
    void supervisesEarlyPredictions()
    {
        SupervisedRecipe recipe;
        recipe.setCard({.card = {.id = "test_supervised", .title = "Supervised"}, .suits = allTaskKinds()});
        const RecipeModel made(recipe, noiseData({3, 16, 16}, mixedTasks(3, true)));
        QCOMPARE(made.model->tasks().size(), std::size_t(3));
        for (const ModelTask &task : made.model->tasks()) {
            QCOMPARE(task.early.size(), std::size_t(1));
            QCOMPARE(task.early[0].weight, 0.5);
            QVERIFY(task.early[0].prediction.node != task.prediction.node);
        }
        const Forward forward = made.model->forward(made.batch());
        for (std::size_t task = 0; task < 3; ++task)
            QCOMPARE(forward.early[task][0].sizes(), forward.predictions[task].sizes());
        QCOMPARE(made.count("loss_sum"), 3);
        QCOMPARE(made.count("upsample"), 2);   // the two dense ones
        QCOMPARE(made.experiment.graph.find("seg_initial")->frame, std::string("Initial predictions"));
        QCOMPARE(made.experiment.graph.find("seg_head")->frame, std::string());
    }

    /// He et al., table 1: 11.18 M parameters without the classifier; five maps, the last a 32nd of the image.
    void knowsResNet18()
    {
        const RecipeModel made("hps", noiseData({3, 96, 96}, mixedTasks(2, true)), {{"backbone", std::string("resnet18")}});
        std::int64_t numbers = 0;
        for (const ModelParameter &parameter : made.model->parameters())
            numbers += parameter.name.starts_with("stem_stage") ? parameter.value.numel() : 0;
        QCOMPARE(numbers, 11176512);
        QCOMPARE(made.values("stem_stage5").outputs[0].sizes().vec(), (std::vector<std::int64_t>{2, 512, 3, 3}));
        QCOMPARE(made.experiment.graph.find("stem_stage3")->frame, std::string("ResNet-18"));
    }

    void backbonesOfAllRecipes_data()
    {
        QTest::addColumn<std::string>("id");
        for (const RecipeCard &card : listRecipes())
            if (card.suits == allTaskKinds())
                QTest::newRow(card.card.id.c_str()) << card.card.id;
    }

    /// Whatever a recipe does with its stages, the other backbone leaves a graph that runs.
    void backbonesOfAllRecipes()
    {
        QFETCH(std::string, id);
        const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make(id);
        setParams(*recipe, {{"backbone", std::string("resnet18")}}, id);
        const Experiment experiment = recipe->make(noiseData({3, 64, 64}, mixedTasks(6, true)));
        const Analysis analysis = analyse(experiment.graph);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
    }
};

CONCORD_TEST(RecipeLayoutTest)

} // namespace concord::test

#include "recipe_layout_test.moc"
