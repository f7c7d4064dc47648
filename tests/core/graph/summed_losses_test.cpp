#include "core/base/error.h"
#include "core/graph/analysis.h"
#include "core/graph/single_task.h"
#include "tests/core/graph/test_blocks.h"
#include "tests/support/testing.h"

#include <algorithm>

using namespace concord;
using concord::test::edge;
using concord::test::sampleGraph;

/// Deep supervision: several losses of one label, summed before the balance node.
class SummedLossesTest : public QObject
{
    Q_OBJECT

    /// Two tasks; the first has an early head behind the encoder, whose loss is summed with that of its head.
    static TaskGraph supervised()
    {
        TaskGraph graph = sampleGraph(2);
        const std::string task = analyse(graph).tasks[0].info.name;
        Node head = *graph.find("head_" + task);
        head.id = "early";
        graph.nodes.push_back(head);
        graph.nodes.push_back({.id = "early_loss", .type = "test_loss"});
        graph.nodes.push_back({.id = "sum", .type = "test_sum"});
        std::erase_if(graph.edges, [&](const Edge &each) { return each.from.node == "loss_" + task; });
        for (const auto &[from, to] : {std::pair<std::string, std::string>{"enc.out", "early.in"}, {"early.out", "early_loss.prediction"}, {"data.label." + task, "early_loss.label"},
                                       {"loss_" + task + ".loss", "sum.loss.0"}, {"early_loss.loss", "sum.loss.1"}, {"sum.sum", "balance.loss.0"}})
            graph.edges.push_back(edge(from, to));
        return graph;
    }

    static std::string firstError(const TaskGraph &graph) { return analyse(graph).firstError(); }

private Q_SLOTS:
    void areOneTask()
    {
        const Analysis analysis = analyse(supervised());
        QCOMPARE(analysis.firstError(), std::string());
        QCOMPARE(analysis.tasks.size(), std::size_t(2));
        const GraphTask &task = analysis.tasks[0];
        QCOMPARE(task.lossNode, "loss_" + task.info.name);
        QCOMPARE(task.balanced(), std::string("sum"));
        QCOMPARE(task.prediction, (PortRef{"head_" + task.info.name, "out"}));
        QCOMPARE(task.early.size(), std::size_t(1));
        QCOMPARE(task.early[0].prediction, (PortRef{"early", "out"}));
        for (const char *node : {"early", "early_loss", "sum"})
            QCOMPARE(analysis.nodes.at(node).tasks, std::vector<int>{0});
        QCOMPARE(analysis.nodes.at("enc").tasks, (std::vector<int>{0, 1}));
        QVERIFY(analysis.nodes.at("early").predicts && !analysis.nodes.at("early_loss").predicts);
    }

    void stayWithTheirTaskAlone()
    {
        Experiment experiment;
        experiment.graph = supervised();
        const Analysis both = analyse(experiment.graph);
        const Analysis first = analyse(singleTask(experiment, both.tasks[0].info.name).graph);
        QVERIFY2(first.runnable(), first.firstError().c_str());
        QCOMPARE(first.tasks[0].early.size(), std::size_t(1));
        const Experiment second = singleTask(experiment, both.tasks[1].info.name);
        QVERIFY(analyse(second.graph).runnable());
        QVERIFY(!second.graph.find("sum") && !second.graph.find("early"));
    }

    void mustHaveOneLabel()
    {
        TaskGraph graph = supervised();
        const std::vector<GraphTask> tasks = analyse(graph).tasks;
        for (Edge &each : graph.edges)
            if (each.to == PortRef{"early_loss", "label"})
                each.from = tasks[1].label;
        // The head has the classes of the other label: that is said too.
        const std::string expected = fmt::format("expected the label of the sum's first loss, 'data.{}', found 'data.{}'", tasks[0].label.port, tasks[1].label.port);
        const Analysis analysis = analyse(graph);
        QVERIFY(std::ranges::any_of(analysis.problems, [&](const Problem &problem) { return problem.message.find(expected) != std::string::npos; }));
    }

    void countOnce()
    {
        TaskGraph graph = supervised();
        graph.edges.push_back(edge("early_loss.loss", "balance.loss.2"));
        QVERIFY2(!firstError(graph).empty(), "a loss counts in a sum and by itself");
        graph = supervised();
        graph.edges.push_back(edge("early_loss.loss", "sum.loss.2"));
        QVERIFY2(firstError(graph).find("expected each loss once") != std::string::npos, firstError(graph).c_str());
    }

    void areNotSumsThemselves()
    {
        TaskGraph graph = supervised();
        graph.nodes.push_back({.id = "outer", .type = "test_sum"});
        for (Edge &each : graph.edges)
            if (each.from.node == "sum")
                each.from = {"outer", "sum"};
        graph.edges.push_back(edge("sum.sum", "outer.loss.0"));
        QVERIFY2(firstError(graph).find("found 'sum', which is a sum itself") != std::string::npos, firstError(graph).c_str());
    }
};

CONCORD_TEST(SummedLossesTest)

#include "summed_losses_test.moc"
