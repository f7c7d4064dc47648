#include "tests/support/dense_experiment.h"
#include "tests/support/testing.h"
#include "ui/graph/graph_edits.h"

#include <algorithm>

namespace concord::test {

class GraphEditsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFittingPortIsOneThatTheGraphWouldTake()
    {
        const TaskGraph graph = denseExperiment().graph;
        const Analysis analysis = analyse(graph);
        const Joint joint{{"stem", "out"}, true};
        const std::set<PortRef> fitting = fittingPorts(graph, analysis, joint);
        // Asked of each input of each node by itself.
        for (const auto &[id, facts] : analysis.nodes)
            for (const Port &port : facts.inputs)
                QCOMPARE(fitting.contains({id, port.id}), linkRefusal(graph, analysis, joint.port, {id, port.id}).empty());
        QVERIFY(!fitting.empty());
    }

    void backwardsOnlyOutputsFit()
    {
        const TaskGraph graph = denseExperiment().graph;
        const std::set<PortRef> fitting = fittingPorts(graph, analyse(graph), {{"balance", "loss.3"}, false});
        QCOMPARE(fitting, (std::set<PortRef>{{"depth_loss", "loss"}, {"normals_loss", "loss"}, {"segmentation_loss", "loss"}}));
    }

    void aFreePortIsPreferredToATakenOne()
    {
        TaskGraph graph = denseExperiment().graph;
        const Joint loss{{"depth_loss", "loss"}, true};
        QCOMPARE(fittingPort(graph, analyse(graph), loss, "balance"), std::optional(PortRef{"balance", "loss.3"}));
        std::erase_if(graph.edges, [](const Edge &edge) { return edge.to == PortRef{"balance", "loss.0"}; });
        QCOMPARE(fittingPort(graph, analyse(graph), loss, "balance"), std::optional(PortRef{"balance", "loss.0"}));
        QCOMPARE(fittingPort(graph, analyse(graph), {{"stem", "out"}, true}, "depth_decoder"), std::optional(PortRef{"depth_decoder", "in"}));
        QCOMPARE(fittingPort(graph, analyse(graph), loss, "stem"), std::nullopt);
        QVERIFY(!refusalOf(graph, analyse(graph), loss, "stem").isEmpty());
        QVERIFY(refusalOf(graph, analyse(graph), loss, "data").contains(QStringLiteral("no input")));
    }

    void blocksAreInsertedIntoLinksOnlyWhereTheyFit()
    {
        TaskGraph graph = denseExperiment().graph;
        graph.nodes.push_back({.id = "more", .type = "conv_stack"});
        graph.nodes.push_back({.id = "wrong", .type = "l1"});
        const Edge edge{{"stem", "out"}, {"trunk", "in"}};
        const TaskGraph before = graph;
        QVERIFY(!putInto(graph, edge, "wrong").isEmpty());
        QCOMPARE(graph, before);
        QVERIFY(putInto(graph, edge, "more").isEmpty());
        QVERIFY(std::ranges::find(graph.edges, Edge{{"stem", "out"}, {"more", "in"}}) != graph.edges.end());
        QVERIFY(std::ranges::find(graph.edges, Edge{{"more", "out"}, {"trunk", "in"}}) != graph.edges.end());
        QCOMPARE(graph.edges.size(), before.edges.size() + 1);
    }

    void pastingGivesNewIdsAndKeepsInnerLinks()
    {
        const TaskGraph graph = denseExperiment().graph;
        const TaskGraph copied = part(graph, {"stem", "trunk", "balance"});
        QCOMPARE(copied.nodes.size(), 3u);
        QCOMPARE(copied.edges.size(), 1u);
        std::set<std::string> ids;
        const TaskGraph once = withPart(graph, copied, {10, 20}, &ids);
        const TaskGraph twice = withPart(once, copied, {10, 20}, &ids);
        QCOMPARE(ids, (std::set<std::string>{"stem_2", "trunk_2", "balance_2", "stem_3", "trunk_3", "balance_3"}));
        QCOMPARE(twice.edges.size(), graph.edges.size() + 2);
        QCOMPARE(twice.find("stem_2")->x, graph.find("stem")->x + 10);
        QVERIFY(std::ranges::find(twice.edges, Edge{{"stem_3", "out"}, {"trunk_3", "in"}}) != twice.edges.end());
    }

    void idStemsLoseTheirNumber()
    {
        QCOMPARE(idStem("dense_decoder_12"), std::string("dense_decoder"));
        QCOMPARE(idStem("l1"), std::string("l1"));
        QCOMPARE(idStem("stage_2a"), std::string("stage_2a"));
        QCOMPARE(idStem("_3"), std::string("_3"));
    }
};

CONCORD_TEST(GraphEditsTest)

} // namespace concord::test

#include "graph_edits_test.moc"
