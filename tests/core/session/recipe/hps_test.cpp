#include "core/base/error.h"
#include "core/graph/analysis.h"
#include "core/session/recipe.h"
#include "tests/core/session/tiny_run.h"
#include "tests/support/testing.h"

#include <set>

namespace concord::test {

class HpsTest : public QObject
{
    Q_OBJECT

    using Texts = std::vector<std::string>;
    using Numbers = std::vector<std::int64_t>;

    static Node randomData(const Numbers &shape, const Texts &tasks)
    {
        return {.id = "data", .type = "random_data", .params = {{"shape", shape}, {"tasks", tasks}, {"count", std::int64_t(16)}}};
    }

private Q_SLOTS:
    void laysOutAndTrains_data()
    {
        QTest::addColumn<Node>("data");
        QTest::addColumn<int>("tasks");
        QTest::addColumn<bool>("hasDecoder");
        QTest::newRow("scenes") << Node{.id = "data", .type = "scenes", .params = {{"size", Numbers{32}}, {"train", std::int64_t(8)}, {"validation", std::int64_t(4)}, {"tasks", Texts{"segmentation", "depth", "normals", "edges"}}}} << 4 << true;
        QTest::newRow("many labels of numbers") << randomData({20}, {"attr:multilabel:1:6"}) << 6 << false;
        QTest::newRow("labels of images") << randomData({3, 16, 16}, {"a:classification:4", "b:regression:2", "c:multilabel:3"}) << 3 << false;
        QTest::newRow("both, odd size") << randomData({3, 18, 15}, {"a:classification:4", "sal:saliency", "Left Part:segmentation:5", "left-part:depth"}) << 4 << true;
    }

    void laysOutAndTrains()
    {
        QFETCH(Node, data);
        QFETCH(int, tasks);
        QFETCH(bool, hasDecoder);
        Experiment experiment = RecipeRegistry::instance().make("hps")->make(data);
        const Analysis analysis = analyse(experiment.graph);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        QCOMPARE(int(analysis.tasks.size()), tasks);
        QVERIFY(analysis.sharedParameters > 0);
        QCOMPARE(std::ranges::count(experiment.graph.nodes, "dense_decoder", &Node::type) > 0, hasDecoder);
        // Readable: no two nodes on one spot, and links go to the right.
        std::set<std::pair<double, double>> places;
        for (const Node &node : experiment.graph.nodes)
            QVERIFY2(places.insert({node.x, node.y}).second, node.id.c_str());
        for (const Edge &edge : experiment.graph.edges)
            QVERIFY2(experiment.graph.find(edge.from.node)->x < experiment.graph.find(edge.to.node)->x, edge.to.node.c_str());
        // The document is one that can be kept.
        QCOMPARE(toJson(experimentFromJson(toJson(experiment), "hps")), toJson(experiment));
        experiment.plan.steps = 2;
        experiment.plan.batch = 4;
        experiment.plan.threads = 1;
        TinyProject project;
        const StateEvent outcome = project.execute(project.queue(experiment));
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        QCOMPARE(outcome.step, std::int64_t(2));
    }

    void takesItsParameters()
    {
        const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make("hps");
        setParams(*recipe, {{"channels", Numbers{8, 16}}, {"method", std::string("mgda")}}, "hps");
        const Experiment experiment = recipe->make(randomData({3, 16, 16}, {"a:depth", "b:edges"}));
        QCOMPARE(std::get<Numbers>(experiment.graph.find("stem")->params.at("channels")), (Numbers{8, 16}));
        QCOMPARE(std::get<std::string>(experiment.graph.find("balance")->params.at("method")), std::string("mgda"));
    }

    void refusesWhatIsNoDataSet()
    {
        const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make("hps");
        QVERIFY_THROWS_EXCEPTION(Error, recipe->make({.id = "data", .type = "conv_stack"}));
        QVERIFY_THROWS_EXCEPTION(Error, recipe->make({.id = "data", .type = "nothing_like_it"}));
    }
};

CONCORD_TEST(HpsTest)

} // namespace concord::test

#include "hps_test.moc"
