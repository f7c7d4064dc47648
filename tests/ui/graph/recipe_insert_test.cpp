#include "core/graph/analysis.h"
#include "core/session/recipe.h"
#include "tests/support/dense_experiment.h"
#include "tests/support/testing.h"
#include "ui/graph/recipe_insert.h"

#include <QRectF>

namespace concord::test {

/// A recipe's blocks beside a graph that is there.
class RecipeInsertTest : public QObject
{
    Q_OBJECT

private:
    static TaskGraph made(const char *id, const Node &data, const std::vector<std::string> &tasks = {})
    {
        return RecipeRegistry::instance().make(id)->make(data, tasks).graph;
    }

    static void checkPlaces(const TaskGraph &graph, const std::set<std::string> &ids)
    {
        for (const Node &a : graph.nodes)
            for (const Node &b : graph.nodes)
                if (ids.contains(a.id) && !ids.contains(b.id))
                    QVERIFY2(!QRectF(a.x, a.y, 144, 56).intersects(QRectF(b.x, b.y, 144, 56)), (a.id + " " + b.id).c_str());
    }

private Q_SLOTS:
    void intoAnEmptyGraphItIsTheRecipe()
    {
        const TaskGraph recipe = made("hps", {.id = "data", .type = "scenes"});
        std::set<std::string> ids;
        QCOMPARE(withRecipe({}, recipe, &ids), recipe);
        QCOMPARE(ids.size(), recipe.nodes.size());
    }

    void itReadsTheDataThatAreThere()
    {
        TaskGraph graph;
        graph.nodes.push_back({.id = "rooms", .type = "scenes", .x = 400, .y = 80});
        std::set<std::string> ids;
        const TaskGraph both = withRecipe(graph, made("mtan", graph.nodes[0], {"segmentation", "depth"}), &ids);
        const Analysis analysis = analyse(both);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        QCOMPARE(analysis.tasks.size(), std::size_t(2));
        QCOMPARE(std::ranges::count(both.nodes, std::string("scenes"), &Node::type), std::ptrdiff_t(1));
        QVERIFY(!ids.contains("rooms"));
        QCOMPARE(both.find("rooms")->x, 400.0);
        QVERIFY(std::ranges::all_of(both.nodes, [](const Node &node) { return node.x >= 400; }));
        checkPlaces(both, ids);
    }

    void besideACompleteGraphIdsAreFreeAndItStillTrains()
    {
        const TaskGraph graph = denseExperiment().graph;
        std::set<std::string> ids;
        const TaskGraph both = withRecipe(graph, made("hps", *graph.find("data")), &ids);
        QCOMPARE(both.nodes.size(), graph.nodes.size() + ids.size());
        for (const Node &node : graph.nodes)
            QCOMPARE(*both.find(node.id), node);
        for (const Edge &edge : graph.edges)
            QVERIFY(std::ranges::find(both.edges, edge) != both.edges.end());
        const Analysis analysis = analyse(both);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        // Each label trains one task: the graph's own.
        QCOMPARE(analysis.tasks.size(), std::size_t(3));
        QCOMPARE(std::ranges::count(both.nodes, std::string("balance"), &Node::type), std::ptrdiff_t(1));
        checkPlaces(both, ids);
    }

    void tasksThatTheGraphLacksGoToItsBalanceNode()
    {
        TaskGraph graph = denseExperiment().graph;
        std::erase_if(graph.edges, [](const Edge &edge) { return edge.from.node == "depth_loss"; });
        const TaskGraph both = withRecipe(graph, made("hps", *graph.find("data")), nullptr);
        const Analysis analysis = analyse(both);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        QCOMPARE(analysis.tasks.size(), std::size_t(3));
        const auto depth = std::ranges::find(analysis.tasks, std::string("depth"), [](const GraphTask &task) { return task.info.name; });
        QVERIFY(depth != analysis.tasks.end());
        QVERIFY(!graph.find(depth->lossNode));
    }

    void groupsOfTheSameRecipeStayApart()
    {
        TaskGraph graph;
        graph.nodes.push_back({.id = "rooms", .type = "scenes"});
        TaskGraph recipe = made("hps", graph.nodes[0]);
        for (Node &node : recipe.nodes)
            if (node.id != "rooms")
                node.frame = "Backbone";
        const TaskGraph one = withRecipe(graph, recipe, nullptr);
        recipe.nodes.pop_back();
        const TaskGraph two = withRecipe(one, recipe, nullptr);
        std::set<std::string> titles;
        for (const Node &node : two.nodes)
            titles.insert(node.frame);
        QCOMPARE(titles, (std::set<std::string>{"", "Backbone", "Backbone 2"}));
    }
};

CONCORD_TEST(RecipeInsertTest)

} // namespace concord::test

#include "recipe_insert_test.moc"
