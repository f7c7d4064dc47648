#include "tests/support/testing.h"
#include "tests/ui/graph/hand.h"

namespace concord::test {

class NodeCostTest : public QObject
{
    Q_OBJECT

    static QString costWith(int columns)
    {
        TaskGraph graph;
        graph.nodes = {{.id = "data", .type = "random_data", .params = {{"shape", std::vector<std::int64_t>{3, 16, 16}}, {"tasks", std::vector<std::string>{"value:regression:2"}}}},
                       {.id = "stage", .type = "se_adapter_stage", .params = {{"channels", std::int64_t(8)}}}};
        for (int i = 0; i < columns; ++i)
            graph.edges.push_back({{"data", "image"}, {"stage", "in." + std::to_string(i)}});
        const Analysis analysis = analyse(graph);
        const GraphFonts fonts = GraphFonts::make();
        return GraphLook(graph, analysis, fonts).outline(*graph.find("stage")).cost;
    }

private Q_SLOTS:
    /// Where tasks condition what a block computes, its weights run once for each, and the node says so.
    void saysHowOftenItRuns()
    {
        QVERIFY2(costWith(3).endsWith(QStringLiteral(" in 3 forwards")), qPrintable(costWith(3)));
        QVERIFY2(!costWith(1).isEmpty() && !costWith(1).contains(QStringLiteral("forward")), qPrintable(costWith(1)));
    }
};

CONCORD_TEST(NodeCostTest)

} // namespace concord::test

#include "node_cost_test.moc"
