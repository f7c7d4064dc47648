// What every recipe promises, tried on each registered one.
#include "core/base/error.h"
#include "core/base/text.h"
#include "tests/core/session/recipe_model.h"
#include "tests/core/session/tiny_run.h"
#include "tests/support/testing.h"

#include <filesystem>
#include <set>

namespace concord::test {

class RecipeTest : public QObject
{
    Q_OBJECT

    using Texts = std::vector<std::string>;
    using Numbers = std::vector<std::int64_t>;

    static Node sceneData(int size, const Texts &tasks)
    {
        return {.id = "data", .type = "scenes", .params = {{"size", Numbers{size}}, {"train", std::int64_t(8)}, {"validation", std::int64_t(4)}, {"tasks", tasks}}};
    }

    static Experiment make(const std::string &id, const Node &data, const Texts &tasks = {})
    {
        const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make(id);
        setParams(*recipe, {{"channels", Numbers{4, 8}}, {"hidden", Numbers{8, 8}}, {"decoder", std::int64_t(4)}}, id);
        return recipe->make(data, tasks);
    }

    /// Those of the tasks that the recipe suits.
    static Texts suitable(const RecipeCard &card, Texts tasks)
    {
        std::erase_if(tasks, [&](const std::string &task) {
            const Texts parts = split(task, ':');
            return std::ranges::find(card.suits, taskKind(parts.size() > 1 ? parts[1] : task)) == card.suits.end();
        });
        return tasks;
    }

    /// As many of them as there are up to `count`.
    static Texts suitable(const RecipeCard &card, int count, bool images)
    {
        Texts tasks = suitable(card, mixedTasks(8, images));
        if (images)
            for (const std::string &task : suitable(card, {"found:boxes:3"}))
                tasks.insert(tasks.begin(), task);
        if (images && tasks.size() < 8)
            for (const std::string &task : suitable(card, mixedTasks(8, false)))
                tasks.push_back(task);
        tasks.resize(std::min(tasks.size(), std::size_t(count)));
        return tasks;
    }

    /// A recipe may refuse tasks that lack what it is about: "expected at least one multi-label task".
    static bool refuses(const std::string &id, const Node &data)
    {
        try {
            make(id, data);
        } catch (const Error &error) {
            return std::string(error.what()).starts_with("recipe " + id + ": expected at least one ");
        }
        return false;
    }

    static void checkReadable(const Experiment &experiment, const Analysis &analysis)
    {
        for (const Problem &problem : analysis.problems)
            QVERIFY2(problem.severity == Severity::info, problem.message.c_str());
        std::map<double, std::set<double>> columns;
        for (const Node &node : experiment.graph.nodes) {
            for (const double y : columns[node.x])
                QVERIFY2(std::abs(y - node.y) >= 100, node.id.c_str());   // no two nodes on one another
            columns[node.x].insert(node.y);
        }
        for (const Edge &edge : experiment.graph.edges)
            QVERIFY2(experiment.graph.find(edge.from.node)->x < experiment.graph.find(edge.to.node)->x, edge.to.node.c_str());
        // A task's end lies in one row: loss, head, and what leads to them.
        for (const GraphTask &task : analysis.tasks)
            QCOMPARE(experiment.graph.find(task.prediction.node)->y, experiment.graph.find(task.lossNode)->y);
        QCOMPARE(toJson(experimentFromJson(toJson(experiment), "recipe")), toJson(experiment));
    }

private Q_SLOTS:
    void everyFileIsARecipe()
    {
        std::set<std::string> files;
        for (const auto &entry : std::filesystem::directory_iterator(CONCORD_SOURCE_DIR "/core/session/recipe"))
            if (entry.path().extension() == ".cpp")
                files.insert(entry.path().stem().string());
        const Texts ids = RecipeRegistry::instance().ids();
        QCOMPARE(std::set<std::string>(ids.begin(), ids.end()), files);
    }

    void everyCardExplains()
    {
        static const std::set<std::string> fidelities = {"exact", "exact algorithm, toy data", "reduced architecture", "analogue"};
        for (const RecipeCard &card : listRecipes()) {
            const char *id = card.card.id.c_str();
            QVERIFY2(card.explanation.size() == 3, id);
            for (const std::string &sentence : card.explanation)
                QVERIFY2(sentence.ends_with('.') && sentence.find(". ") == sentence.npos, sentence.c_str());
            QVERIFY2(card.year >= 1990 && card.year <= 2030 && !card.kind.empty() && !card.suits.empty(), id);
            QVERIFY2(card.card.paper.empty() || card.card.paper.ends_with(std::to_string(card.year)), id);
            QVERIFY2(fidelities.contains(card.card.fidelity) && card.card.category == "Recipes" && card.card.summary.ends_with('.'), id);
            for (const ParamSpec &spec : listParams(*RecipeRegistry::instance().make(card.card.id)))
                QVERIFY2(!spec.info.help.empty(), spec.name.c_str());
        }
    }

    void laysOut_data()
    {
        QTest::addColumn<std::string>("id");
        QTest::addColumn<Node>("data");
        QTest::addColumn<int>("tasks");
        for (const RecipeCard &recipe : listRecipes()) {
            const std::string &id = recipe.card.id;
            const auto add = [&](const std::string &title, const Node &data, const Texts &tasks) {
                if (!tasks.empty() && !refuses(id, data))
                    QTest::addRow("%s, %s", id.c_str(), title.c_str()) << id << data << int(tasks.size());
            };
            for (int tasks = 1; tasks <= 8; ++tasks) {
                const Texts onImages = suitable(recipe, tasks, true);
                add(fmt::format("images, {}", tasks), noiseData({3, 16, 24}, onImages), onImages);
                const Texts onVectors = suitable(recipe, tasks, false);
                if (!recipe.needsImages)
                    add(fmt::format("vectors, {}", tasks), noiseData({20}, onVectors), onVectors);
            }
            const Texts odd = suitable(recipe, 3, true);
            add("odd images", noiseData({3, 18, 15}, odd), odd);
            const Texts scenes = suitable(recipe, {"segmentation", "depth", "normals", "edges", "boxes"});
            add("scenes", sceneData(32, scenes), scenes);
        }
    }

    void laysOut()
    {
        QFETCH(std::string, id);
        QFETCH(Node, data);
        QFETCH(int, tasks);
        const Experiment experiment = make(id, data);
        const Analysis analysis = analyse(experiment.graph);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        QCOMPARE(int(analysis.tasks.size()), tasks);
        QVERIFY(!experiment.description.empty());
        checkReadable(experiment, analysis);
    }

    void trains_data()
    {
        QTest::addColumn<std::string>("id");
        QTest::addColumn<Node>("data");
        for (const RecipeCard &recipe : listRecipes()) {
            const std::string &id = recipe.card.id;
            const Texts scenes = suitable(recipe, {"segmentation", "boxes", "depth"});
            const Node images = scenes.empty() || refuses(id, sceneData(16, scenes)) ? noiseData({3, 16, 16}, suitable(recipe, 6, true)) : sceneData(16, scenes);
            QTest::addRow("%s, images", id.c_str()) << id << images;
            if (!recipe.needsImages)
                QTest::addRow("%s, vectors", id.c_str()) << id << noiseData({6}, suitable(recipe, 3, false));
        }
    }

    /// Two steps, with a method that wants every task's gradient.
    void trains()
    {
        QFETCH(std::string, id);
        QFETCH(Node, data);
        Experiment experiment = make(id, data);
        setPath(experiment, "balance.method=pcgrad");
        experiment.plan.steps = 2;
        experiment.plan.batch = 4;
        experiment.plan.threads = 1;
        TinyProject project;
        const StateEvent outcome = project.execute(project.queue(experiment));
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        QCOMPARE(outcome.step, std::int64_t(2));
    }

    void takesSomeOfTheTasks()
    {
        const Node data = noiseData({3, 16, 16}, {"a:depth", "b:edges", "c:classification:3"});
        const Analysis analysis = analyse(make("hps", data, {"c", "a"}).graph);
        QCOMPARE(analysis.tasks.size(), std::size_t(2));
        QCOMPARE(analysis.tasks[0].info.name, std::string("a"));
        QCOMPARE(analysis.tasks[1].info.name, std::string("c"));
        QVERIFY_THROWS_EXCEPTION(Error, make("hps", data, {"d"}));
    }

    void refusesVectorsWhereImagesAreNeeded()
    {
        std::string found;
        try {
            make("mtan", noiseData({20}, mixedTasks(2, false)));
        } catch (const Error &error) {
            found = error.what();
        }
        QCOMPARE(found, std::string("recipe mtan: expected images [C, H, W], found 20"));
    }
};

CONCORD_TEST(RecipeTest)

} // namespace concord::test

#include "recipe_test.moc"
