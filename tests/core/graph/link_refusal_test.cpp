#include "core/graph/analysis.h"

#include "tests/core/graph/test_blocks.h"
#include "tests/support/testing.h"

using namespace concord;
using concord::test::edge;
using concord::test::sampleGraph;

class LinkRefusalTest : public QObject
{
    Q_OBJECT

    static std::string refusal(const TaskGraph &graph, const std::string &from, const std::string &to)
    {
        const Edge link = edge(from, to);
        return linkRefusal(graph, analyse(graph), link.from, link.to);
    }

private Q_SLOTS:
    void allowsWhatFits()
    {
        const TaskGraph graph = sampleGraph(2);
        QCOMPARE(refusal(graph, "data.image", "enc.skip"), std::string());
        QCOMPARE(refusal(graph, "data.image", "head_seg.in"), std::string());         // replaces
        QCOMPARE(refusal(graph, "loss_seg.loss", "balance.loss.2"), std::string());   // one more than there are
        QCOMPARE(refusal(graph, "loss_seg.loss", "balance.loss.3"), std::string("'balance' has no input 'loss.3'"));
    }

    void saysWhyNot()
    {
        TaskGraph graph = sampleGraph(2);
        QCOMPARE(refusal(graph, "data.image", "balance.loss.2"), std::string("an image does not fit a loss input: expected a loss"));
        QCOMPARE(refusal(graph, "enc.out", "loss_seg.label"), std::string("features do not fit a label input: expected a label"));
        QCOMPARE(refusal(graph, "data.label.seg", "enc.in"), std::string("a label does not fit a features input: expected features, an image or a prediction"));
        QCOMPARE(refusal(graph, "enc.in", "head_seg.in"), std::string("a link starts at an output, and 'in' is an input"));
        QCOMPARE(refusal(graph, "enc.out", "head_seg.out"), std::string("a link ends at an input, and 'out' is an output"));
        QCOMPARE(refusal(graph, "nobody.out", "enc.in"), std::string("there is no node 'nobody'"));
        QCOMPARE(refusal(graph, "enc.out", "enc.skip"), std::string("a link from 'enc' to itself would close a cycle"));
        QCOMPARE(refusal(graph, "head_seg.out", "enc.skip"), std::string("this link would close a cycle: 'enc' already leads to 'head_seg'"));
        // With a cycle already there, other links are still judged.
        graph.edges.push_back(edge("head_seg.out", "enc.skip"));
        QCOMPARE(refusal(graph, "head_depth.out", "enc.skip"), std::string("this link would close a cycle: 'enc' already leads to 'head_depth'"));
        QCOMPARE(refusal(graph, "head_depth.out", "loss_seg.prediction"), std::string());
        graph.find("enc")->type = "unheard_of";
        QCOMPARE(refusal(graph, "data.image", "enc.in"), std::string("the ports of 'enc' are not known, because its block type is not"));
    }
};

CONCORD_TEST(LinkRefusalTest)
#include "link_refusal_test.moc"
