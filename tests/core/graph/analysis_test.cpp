#include "core/graph/analysis.h"

#include "core/base/random.h"

#include "tests/core/graph/test_blocks.h"
#include "tests/support/testing.h"

#include <QElapsedTimer>

#include <algorithm>
#include <set>

using namespace concord;
using concord::test::edge;
using concord::test::sampleGraph;

class AnalysisTest : public QObject
{
    Q_OBJECT

    static std::vector<std::string> messages(const Analysis &analysis, Severity severity)
    {
        std::vector<std::string> result;
        for (const Problem &problem : analysis.problems)
            if (problem.severity == severity)
                result.push_back(problem.message);
        return result;
    }

    /// The graph has exactly this one error.
    static void hasError(const TaskGraph &graph, const std::string &expected)
    {
        const Analysis analysis = analyse(graph);
        const auto errors = messages(analysis, Severity::error);
        QCOMPARE(QString::fromStdString(fmt::format("{}", fmt::join(errors, " | "))), QString::fromStdString(expected));
        QVERIFY(!analysis.runnable());
        QCOMPARE(analysis.firstError(), errors.front());
    }

    static void removeEdgesInto(TaskGraph &graph, const std::string &node, const std::string &port)
    {
        std::erase_if(graph.edges, [&](const Edge &each) { return each.to == PortRef{node, port}; });
    }

    static bool leads(const TaskGraph &graph, const std::string &from, const std::string &to)
    {
        std::set<std::string> seen = {from};
        for (std::size_t before = 0; before != seen.size();) {
            before = seen.size();
            for (const Edge &each : graph.edges)
                if (seen.contains(each.from.node))
                    seen.insert(each.to.node);
        }
        return seen.contains(to);
    }

private Q_SLOTS:
    void knowsShapesCostsAndTasksOfAValidGraph()
    {
        const Analysis analysis = analyse(sampleGraph(2));
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        QCOMPARE(analysis.dataNode, std::string("data"));
        QCOMPARE(analysis.balanceNode, std::string("balance"));
        QCOMPARE(analysis.order, (std::vector<std::string>{"data", "enc", "head_depth", "head_seg", "loss_depth", "loss_seg", "balance"}));
        QCOMPARE(analysis.nodes.at("enc").outputTypes.at("out").shape, (Shape{16, 32, 32}));
        QCOMPARE(analysis.nodes.at("enc").summary, std::string("16 channels"));
        QCOMPARE(analysis.nodes.at("enc").inputTypes.at("in").shape, (Shape{3, 32, 32}));
        // 3·16·9 weights; heads 16·5 + 5 and 16 + 1; the balance method's 2.
        QCOMPARE(analysis.parameters, std::int64_t(432 + 85 + 17 + 2));
        QCOMPARE(analysis.sharedParameters, std::int64_t(432));
        QCOMPARE(analysis.macs, std::int64_t((432 + 80 + 16) * 1024));
        QCOMPARE(analysis.tasks.size(), std::size_t(2));
        QCOMPARE(analysis.tasks[0].info.name, std::string("seg"));
        QCOMPARE(analysis.tasks[0].info.classes, std::int64_t(5));
        QCOMPARE(analysis.tasks[1].lossNode, std::string("loss_depth"));
        QVERIFY((analysis.tasks[1].prediction == PortRef{"head_depth", "out"}));
        QVERIFY((analysis.tasks[1].label == PortRef{"data", "label.depth"}));
        QCOMPARE(analysis.nodes.at("head_seg").tasks, std::vector<int>{0});
        for (const char *id : {"data", "enc", "balance"})
            QCOMPARE(analysis.nodes.at(id).tasks, (std::vector<int>{0, 1}));
        QVERIFY(analysis.nodes.at("head_seg").predicts);
        QVERIFY(!analysis.nodes.at("enc").predicts);
        QCOMPARE(messages(analysis, Severity::info), std::vector<std::string>{"data: expected a loss for 'label.tag', found none: this task is not trained"});
        QVERIFY(messages(analysis, Severity::warning).empty());
    }

    void doesNotDependOnTheOrderOfNodesAndEdges()
    {
        TaskGraph graph = sampleGraph(3);
        const Analysis first = analyse(graph);
        std::ranges::reverse(graph.nodes);
        std::ranges::reverse(graph.edges);
        const Analysis second = analyse(graph);
        QCOMPARE(second.order, first.order);
        QCOMPARE(second.tasks[2].info.name, first.tasks[2].info.name);
        QCOMPARE(messages(second, Severity::info), messages(first, Severity::info));
    }

    void growsRepeatingPorts()
    {
        TaskGraph graph = sampleGraph(2);
        graph.nodes.push_back({.id = "mix", .type = "test_exchange"});
        removeEdgesInto(graph, "head_seg", "in");
        removeEdgesInto(graph, "head_depth", "in");
        for (const Edge &each :
             {edge("enc.out", "mix.in.0"), edge("enc.out", "mix.in.1"), edge("mix.out.0", "head_seg.in"), edge("mix.out.1", "head_depth.in")})
            graph.edges.push_back(each);
        const Analysis analysis = analyse(graph);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        const NodeFacts &mix = analysis.nodes.at("mix");
        QCOMPARE(mix.repeats, 2);
        QCOMPARE(mix.inputs.size(), std::size_t(2));
        QCOMPARE(mix.outputs[1].id, std::string("out.1"));
        QCOMPARE(mix.parameters, std::int64_t(4));
        QCOMPARE(mix.tasks, (std::vector<int>{0, 1}));

        // A third output in use makes a third input, which has no link.
        graph.edges.back() = edge("mix.out.2", "head_depth.in");
        hasError(graph, "mix: input 'in.2' expected features, an image or a prediction, found no link");
        graph.edges.back() = edge("mix.out.999999999", "head_depth.in");
        hasError(graph, "mix: link to 'head_depth.in' expected an output, found no 'out.999999999'");
    }

    void aGapAtTheBalanceNodeIsNoError()
    {
        TaskGraph graph = sampleGraph(3);
        removeEdgesInto(graph, "balance", "loss.1");
        const Analysis analysis = analyse(graph);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        QCOMPARE(analysis.tasks.size(), std::size_t(2));
        QCOMPARE(analysis.tasks[1].info.name, std::string("tag"));
        QCOMPARE(messages(analysis, Severity::warning),
                 (std::vector<std::string>{"head_depth: expected to lead to a loss of the balance node, found that it does not: it is not trained",
                                           "loss_depth: expected a link to the balance node, found none: this loss trains nothing"}));
    }

    void namesWhatAnEmptyGraphLacks() { hasError({}, "expected a data node in the graph, found none | expected a balance node in the graph, found none"); }

    void namesUnknownBlocks()
    {
        TaskGraph graph = sampleGraph(1);
        graph.find("enc")->type = "test_conw";
        hasError(graph, "enc: expected a known block type, found 'test_conw' (did you mean 'test_conv'?)");
        const Analysis analysis = analyse(graph);
        const NodeFacts &facts = analysis.nodes.at("enc");
        QVERIFY(!facts.block);
        QCOMPARE(facts.inputs.size(), std::size_t(1));   // the links still have ends to be drawn at
        QCOMPARE(facts.outputs.at(0).id, std::string("out"));
    }

    void namesBadParametersAndOffersTheNearest()
    {
        TaskGraph graph = sampleGraph(1);
        graph.find("enc")->params = {{"channels", std::int64_t(0)}, {"norm", std::string("bach")}, {"slope", 2.0}, {"chanels", std::int64_t(3)}};
        const Analysis analysis = analyse(graph);
        std::map<std::string, std::string> fixes;
        for (const Problem &problem : analysis.problems)
            if (problem.severity == Severity::error)
                fixes[problem.message] = problem.fix ? problem.fix->label : "";
        QCOMPARE(fixes, (std::map<std::string, std::string>{
                            {"enc: parameter 'channels': expected a number between 1 and 4096, found 0", "Set channels to 1"},
                            {"enc: parameter 'norm': expected one of batch, none, found 'bach' (did you mean 'batch'?)", "Set norm to batch"},
                            {"enc: parameter 'slope': expected a number between 0 and 1, found 2", "Set slope to 1"},
                            {"enc: parameter 'chanels': no such parameter (did you mean 'channels'?)", ""}}));
    }

    void namesLinksThatLeadNowhere()
    {
        TaskGraph graph = sampleGraph(1);
        graph.edges.push_back(edge("ghost.out", "enc.skip"));
        hasError(graph, "enc: link from 'ghost.out' expected a node of this id, found none");
        graph.edges.back() = edge("enc.out", "ghost.in");
        hasError(graph, "enc: link to 'ghost.in' expected a node of this id, found none");
        graph.edges.back() = edge("data.image", "enc.skp");
        hasError(graph, "enc: link from 'data.image' expected an input, found no 'skp' (did you mean 'skip'?)");
        graph.edges.back() = edge("data.imago", "enc.skip");
        hasError(graph, "data: link to 'enc.skip' expected an output, found no 'imago' (did you mean 'image'?)");
    }

    void namesTypesThatDoNotFit()
    {
        TaskGraph graph = sampleGraph(1);
        graph.edges.push_back(edge("data.label.tag", "enc.skip"));
        hasError(graph, "enc: input 'skip' expected features, an image or a prediction, found a label from 'data.label.tag'");
    }

    void namesTwoLinksIntoOneInput()
    {
        TaskGraph graph = sampleGraph(1);
        graph.edges.push_back(edge("head_seg.out", "loss_seg.label"));
        hasError(graph, "loss_seg: input 'label' expected one link, found two: from 'data.label.seg' and from 'head_seg.out'");
    }

    void namesACycle()
    {
        TaskGraph graph = sampleGraph(1);
        graph.nodes.push_back({.id = "b", .type = "test_conv"});
        graph.edges.push_back(edge("enc.out", "b.in"));
        graph.edges.push_back(edge("b.out", "enc.skip"));
        hasError(graph, "b: expected links that lead only forward, found a cycle: b → enc → b");
        QVERIFY(analyse(graph).order.empty());
        QCOMPARE(analyse(graph).nodes.at("b").tasks, std::vector<int>{0});
    }

    void namesTooManyOrTooFewSpecialNodes()
    {
        TaskGraph graph = sampleGraph(1);
        graph.nodes.push_back({.id = "more", .type = "test_data"});
        hasError(graph, "more: expected one data node, found another: 'data'");
        graph.nodes.back() = {.id = "more", .type = "test_balance"};
        hasError(graph, "more: expected one balance node, found another: 'balance'");
        graph.nodes.back() = {.id = "enc", .type = "test_conv"};
        hasError(graph, "enc: expected each node id once, found another node of this id; only one of them is used");
        graph.nodes.back() = {.id = "Bad id", .type = "test_balance"};
        QVERIFY(analyse(graph).firstError().starts_with("Bad id: expected a node id of lower-case letters"));
        graph = sampleGraph(0);
        hasError(graph, "balance: expected a link from at least one loss, found none");
    }

    void namesTasksThatShareALabelOrHaveNone()
    {
        TaskGraph graph = sampleGraph(1);
        graph.nodes.push_back({.id = "again", .type = "test_loss"});
        for (const Edge &each : {edge("head_seg.out", "again.prediction"), edge("data.label.seg", "again.label"), edge("again.loss", "balance.loss.1")})
            graph.edges.push_back(each);
        hasError(graph, "again: expected a label of its own, found 'data.label.seg', which 'loss_seg' uses too");
        removeEdgesInto(graph, "again", "label");
        hasError(graph, "again: input 'label' expected a label, found no link");
        graph = sampleGraph(1);
        graph.edges.push_back(edge("loss_seg.loss", "balance.loss.1"));
        hasError(graph, "loss_seg: expected one link to the balance node, found two");
    }

    void offersTheRightNumberOfClasses()
    {
        TaskGraph graph = sampleGraph(2);
        graph.find("head_seg")->params = {{"classes", std::int64_t(4)}};
        hasError(graph, "loss_seg: expected 5 channels for 5 classes, found 4");
        const std::optional<Fix> fix = analyse(graph).problems.front().fix;
        QVERIFY(fix);
        QCOMPARE(fix->label, std::string("Set classes to 5"));
        graph.find(fix->node)->params[fix->param] = fix->value;
        QVERIFY(analyse(graph).runnable());

        // Through a node that keeps the channels; and not where it would not help.
        graph = sampleGraph(1);
        graph.find("head_seg")->params = {{"classes", std::int64_t(4)}};
        removeEdgesInto(graph, "loss_seg", "prediction");
        graph.nodes.push_back({.id = "mix", .type = "test_exchange"});
        graph.edges.push_back(edge("head_seg.out", "mix.in.0"));
        graph.edges.push_back(edge("mix.out.0", "loss_seg.prediction"));
        QCOMPARE(analyse(graph).problems.front().fix.value().node, std::string("head_seg"));
        graph.nodes.back() = {.id = "mix", .type = "test_conv"};
        graph.edges[graph.edges.size() - 2] = edge("head_seg.out", "mix.in");
        graph.edges.back() = edge("mix.out", "loss_seg.prediction");
        hasError(graph, "loss_seg: expected 5 channels for 5 classes, found 8");
        QVERIFY(!analyse(graph).problems.front().fix);
    }

    void saysOnlyTheCauseWhenTheDataAreMissing()
    {
        TaskGraph graph = sampleGraph(2);
        graph.find("data")->params = {{"missing", true}};
        hasError(graph, "data: expected files in 'here', found none");
        QCOMPARE(analyse(graph).tasks.at(1).info.name, std::string("depth"));
    }

    void neverThrows()
    {
        TaskGraph graph = sampleGraph(1);
        graph.nodes.push_back({.id = "bad", .type = "test_throws"});
        hasError(graph, "bad: no ports today");
    }

    /// Against a plain search, on graphs that nobody would draw.
    void holdsOnRandomGraphs()
    {
        static const std::vector<std::string> types = {"test_data", "test_conv",    "test_head",   "test_exchange",
                                                       "test_loss", "test_balance", "test_throws", "unheard_of"};
        static const std::vector<std::string> ports = {"in",    "out",  "skip",   "in.0",    "in.3",  "out.1",    "prediction",
                                                       "label", "loss", "loss.0", "loss.70", "image", "label.seg"};
        Random random(8);
        int sorted = 0;
        for (int round = 0; round < 400; ++round) {
            TaskGraph graph = random.chance(0.5) ? sampleGraph(int(random.below(4))) : TaskGraph();
            for (std::uint64_t i = random.below(8); i > 0; --i)
                graph.nodes.push_back({.id = "n" + std::to_string(random.below(10)), .type = types[random.below(types.size())]});
            for (std::uint64_t i = graph.nodes.empty() ? 0 : random.below(14); i > 0; --i) {
                const auto end = [&] { return PortRef{graph.nodes[random.below(graph.nodes.size())].id, ports[random.below(ports.size())]}; };
                graph.edges.push_back({end(), end()});
            }
            const Analysis analysis = analyse(graph);
            QVERIFY(std::ranges::is_sorted(analysis.problems, std::greater(), &Problem::severity));
            sorted += !analysis.order.empty();
            const auto position = [&](const std::string &id) { return std::ranges::find(analysis.order, id) - analysis.order.begin(); };
            for (const Edge &each : graph.edges)
                QVERIFY(analysis.order.empty() || position(each.from.node) < position(each.to.node));
            for (std::size_t task = 0; task < analysis.tasks.size(); ++task)
                for (const auto &[id, facts] : analysis.nodes) {
                    const bool reaches = id == analysis.balanceNode || leads(graph, id, analysis.tasks[task].lossNode);
                    QCOMPARE(std::ranges::find(facts.tasks, int(task)) != facts.tasks.end(), reaches);
                }
        }
        QVERIFY(sorted > 50 && sorted < 390);
    }

    void validatesAThousandNodes()
    {
        TaskGraph graph = sampleGraph(3);
        std::string last = "enc";
        for (int i = 0; i < 990; ++i) {
            const std::string id = "conv_" + std::to_string(i);
            graph.nodes.push_back({.id = id, .type = "test_conv", .params = {{"channels", std::int64_t(16)}}});
            graph.edges.push_back(edge(last + ".out", id + ".in"));
            if (i % 5 == 4)
                graph.edges.push_back(edge(last + ".out", id + ".skip"));
            last = id;
        }
        for (Edge &each : graph.edges)
            if (each.to == PortRef{"head_seg", "in"})
                each.from = {last, "out"};
        QElapsedTimer timer;
        timer.start();
        const int rounds = 20;
        for (int i = 0; i < rounds; ++i)
            QVERIFY(analyse(graph).runnable());
        qInfo("%zu nodes and %zu links: %.2f ms", graph.nodes.size(), graph.edges.size(), double(timer.nsecsElapsed()) / 1e6 / rounds);
    }
};

CONCORD_TEST(AnalysisTest)
#include "analysis_test.moc"
