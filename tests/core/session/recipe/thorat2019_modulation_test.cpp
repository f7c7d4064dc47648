#include "tests/core/session/recipe_model.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class Thorat2019ModulationTest : public QObject
{
    Q_OBJECT

    using Numbers = std::vector<std::int64_t>;

    static RecipeModel model(const char *modulated, bool images = false)
    {
        const Node data = images ? noiseData({1, 4, 5}, mixedTasks(3, false)) : noiseData({20}, mixedTasks(3, false));
        return {"thorat2019_modulation", data, {{"modulated", modulated}, {"hidden", Numbers{16, 8}}}};
    }

private Q_SLOTS:
    /// Early: the second layer has no numbers of a task; late: the first has none, so that its units are the same for all tasks.
    void onlyTheLayersChosenKnowTheTask()
    {
        for (const char *modulated : {"early", "late", "both"}) {
            const RecipeModel recipe = model(modulated);
            const bool early = std::string(modulated) != "late";
            const bool late = std::string(modulated) != "early";
            std::int64_t own = 0;
            for (const ModelParameter &parameter : recipe.model->parameters()) {
                if (!parameter.name.starts_with("modulated."))
                    continue;
                const bool isOwn = parameter.name.find(".task") != std::string::npos;
                QCOMPARE(parameter.tasks.size(), std::size_t(isOwn ? 1 : 3));
                QVERIFY(!isOwn || parameter.name.starts_with("modulated.fc1") ? !isOwn || early : late);
                own += isOwn ? parameter.value.numel() : 0;
            }
            QCOMPARE(own, std::int64_t(3 * (early * (20 + 16) + late * (16 + 8))));
        }
    }

    /// The network runs once per task, and the cost says so.
    void runsOncePerTask()
    {
        const RecipeModel recipe = model("both");
        QCOMPARE(recipe.analysis.nodes.at("modulated").forwards, 3);
        QCOMPARE(recipe.analysis.nodes.at("modulated").macs, std::int64_t(3 * (20 * 16 + 16 * 8)));
        const std::vector<at::Tensor> outputs = recipe.values("modulated").outputs;
        QVERIFY(!at::allclose(outputs[0], outputs[1]));
    }

    void readsPixels()
    {
        const RecipeModel recipe = model("both", true);
        QCOMPARE(recipe.values("pixels").outputs[0].sizes().vec(), (Numbers{2, 20}));
        QVERIFY(tracedDifference(recipe) < 1e-5);
    }
};

CONCORD_TEST(Thorat2019ModulationTest)

} // namespace concord::test

#include "thorat2019_modulation_test.moc"
