#include "core/graph/experiment.h"
#include "tests/support/dense_experiment.h"
#include "tests/support/testing.h"
#include "ui/graph/auto_layout.h"
#include "ui/graph/graph_edits.h"
#include "ui/graph/graph_groups.h"
#include "ui/graph/graph_look.h"

namespace concord::test {

/// Groups as plain data: what edits make of them and what they show.
class GraphGroupsTest : public QObject
{
    Q_OBJECT

private:
    static TaskGraph withTrunk(bool collapsed)
    {
        TaskGraph graph = grouped(denseExperiment().graph, {"stem", "trunk"}, "Backbone");
        if (collapsed)
            graph.collapsed.insert("Backbone");
        return graph;
    }

private Q_SLOTS:
    void groupsAreNodesOfOneTitle()
    {
        const TaskGraph graph = withTrunk(true);
        const GraphGroups groups(graph);
        QCOMPARE(groups.all().size(), 1u);
        QCOMPARE(groups.all().at("Backbone").members, (std::vector<std::string>{"stem", "trunk"}));
        QCOMPARE(groups.shownAs(QStringLiteral("stem")), GraphGroups::itemId("Backbone"));
        QCOMPARE(groups.shownAs(QStringLiteral("data")), QStringLiteral("data"));
        QVERIFY(groups.ofItem(GraphGroups::itemId("Backbone")));
        QVERIFY(!groups.ofItem(QStringLiteral("data")));
        // Expanded, each block is its own item.
        const TaskGraph open = withTrunk(false);
        QCOMPARE(GraphGroups(open).shownAs(QStringLiteral("stem")), QStringLiteral("stem"));
        QVERIFY(!GraphGroups(open).ofItem(GraphGroups::itemId("Backbone")));
    }

    void groupingTrainsNothingElse()
    {
        Experiment plain = denseExperiment();
        Experiment framed = plain;
        framed.graph = withTrunk(true);
        QCOMPARE(contentId(framed), contentId(plain));
        QVERIFY(framed.graph != plain.graph);
        // Ungrouped, and with nobody in it, nothing is left of a group.
        QCOMPARE(grouped(framed.graph, {"stem", "trunk"}, ""), plain.graph);
    }

    void aCollapsedGroupSumsCostsAndShowsTheBordersPorts()
    {
        const TaskGraph graph = withTrunk(true);
        const Analysis analysis = analyse(graph);
        const GraphFonts fonts = GraphFonts::make();
        const GraphLook look(graph, analysis, fonts);
        const NodeLook group = look.groupOutline(GraphGroups(graph).all().at("Backbone"));
        QVERIFY(group.isGroup());
        QCOMPARE(group.title, QStringLiteral("Backbone"));
        QCOMPARE(group.summary, QStringLiteral("2 blocks"));
        // One image comes in, the trunk's features go out to three decoders: two ports.
        QCOMPARE(group.ports.size(), 2u);
        QVERIFY(group.port(PortRef{"stem", "in"}, true));
        QVERIFY(group.port(PortRef{"trunk", "out"}, false));
        QCOMPARE(group.tasks, (std::vector<int>{0, 1, 2}));
        // Convolutions 3→24 and 24→48 with batch norm, then two residual blocks of two convolutions 48→48 with batch norm.
        const std::int64_t stem = 3 * 24 * 9 + 2 * 24 + 24 * 48 * 9 + 2 * 48;
        const std::int64_t trunk = 4 * (48 * 48 * 9 + 2 * 48);
        QCOMPARE(analysis.nodes.at("stem").parameters + analysis.nodes.at("trunk").parameters, stem + trunk);
        QVERIFY2(group.cost.startsWith(costWords(stem + trunk, 0) + QStringLiteral(" · ")), qPrintable(group.cost));
    }

    void aGroupTellsOfItsBlocksProblems()
    {
        TaskGraph graph = withTrunk(true);
        graph.find("trunk")->params["channels"] = std::int64_t(-3);
        const Analysis analysis = analyse(graph);
        const GraphFonts fonts = GraphFonts::make();
        const NodeLook group = GraphLook(graph, analysis, fonts).groupOutline(GraphGroups(graph).all().at("Backbone"));
        QVERIFY(group.hasProblem);
        QCOMPARE(group.severity, Severity::error);
        QVERIFY2(group.problem.startsWith(QStringLiteral("Residual stage: ")), qPrintable(group.problem));
    }

    void aCopiedGroupIsAnotherGroupAndAPartJoins()
    {
        const TaskGraph graph = withTrunk(true);
        const TaskGraph copy = part(graph, {"stem", "trunk"});
        QCOMPARE(copy.collapsed, std::set<std::string>{"Backbone"});
        std::set<std::string> ids;
        const TaskGraph twice = withPart(graph, copy, {0, 400}, &ids);
        QCOMPARE(ids, (std::set<std::string>{"stem_2", "trunk_2"}));
        QCOMPARE(twice.find("stem_2")->frame, std::string("Backbone 2"));
        QCOMPARE(twice.collapsed, (std::set<std::string>{"Backbone", "Backbone 2"}));
        // One block of an open group stays in it; into another graph the title goes along.
        const TaskGraph open = withTrunk(false);
        QCOMPARE(withPart(open, part(open, {"stem"}), {0, 400}, nullptr).find("stem_2")->frame, std::string("Backbone"));
        QCOMPARE(withPart({}, copy, {0, 0}, nullptr).find("stem")->frame, std::string("Backbone"));
        // Into a collapsed one it does not go, where it could not be seen.
        QCOMPARE(withPart(graph, part(open, {"stem"}), {0, 400}, nullptr).find("stem_2")->frame, std::string("Backbone 2"));
    }

    void whatIsPutIntoALinkOfAGroupJoinsIt()
    {
        TaskGraph graph = withTrunk(false);
        QString id;
        graph = withBlock(graph, QStringLiteral("residual_stage"), {400, 120}, std::nullopt, &id);
        QCOMPARE(putInto(graph, {{"stem", "out"}, {"trunk", "in"}}, id.toStdString()), QString());
        QCOMPARE(graph.find(id.toStdString())->frame, std::string("Backbone"));
        graph = withBlock(graph, QStringLiteral("residual_stage"), {700, 120}, std::nullopt, &id);
        QCOMPARE(putInto(graph, {{"trunk", "out"}, {"depth_decoder", "in"}}, id.toStdString()), QString());
        QCOMPARE(graph.find(id.toStdString())->frame, std::string());
    }

    void roomIsMadeOnAllSidesAndRowsAndColumnsStay()
    {
        TaskGraph graph;
        std::vector<PlacedBox> boxes;
        const auto add = [&](const char *id, double x, double y) {
            graph.nodes.push_back({.id = id, .type = "mlp", .x = x, .y = y});
            boxes.push_back({{id}, QRectF(x, y, 100, 50)});
        };
        // Around a small box at (0, 0), 100 × 50, of which 340 × 130 about the same middle are needed: (-120, -40) to (220, 90).
        add("left", -150, 0);
        add("right", 150, 0);
        add("farther", 400, 0);
        add("below", 0, 60);
        add("belowRight", 150, 60);
        add("above", 0, -100);
        const QRectF room(-120, -40, 340, 130);
        makeRoom(graph, boxes, QRectF(0, 0, 100, 50), room);
        // "right" is 70 too near, and the column behind it goes along by the next multiple of 4; "below" is 30 too near, with its row.
        QCOMPARE(graph.find("right")->x, 150.0 + 72);
        QCOMPARE(graph.find("farther")->x, 400.0 + 72);
        QCOMPARE(graph.find("left")->x, -150.0 - 72);
        QCOMPARE(graph.find("below")->x, 0.0);
        QCOMPARE(graph.find("below")->y, 60.0 + 32);
        QCOMPARE(graph.find("belowRight")->y, 60.0 + 32);
        QCOMPARE(graph.find("belowRight")->x, 150.0 + 72);
        QCOMPARE(graph.find("above")->y, -100.0);
        for (const PlacedBox &box : boxes)
            QVERIFY(!box.rect.intersects(room));
        // Where nothing is in the way nothing moves.
        const TaskGraph before = graph;
        makeRoom(graph, boxes, QRectF(0, 0, 100, 50), room);
        QCOMPARE(graph, before);
    }

    void arrangingKeepsAGroupTogether()
    {
        std::vector<LayoutBox> boxes;
        std::vector<LayoutLink> links;
        for (const char *row : {"a", "b", "c"})
            for (int i = 0; i < 3; ++i) {
                boxes.push_back({row + std::to_string(i), {120, 56}, -1, std::string("group ") + row});
                if (i)
                    links.push_back({row + std::to_string(i - 1), row + std::to_string(i)});
            }
        links.push_back({"a0", "b2"});
        links.push_back({"c0", "b1"});
        const LayoutResult corners = layeredLayout(boxes, links);
        const auto around = [&](char row) {
            QRectF rect;
            for (int i = 0; i < 3; ++i)
                rect = rect.united(QRectF(corners[QString(QLatin1Char(row)) + QString::number(i)], QSizeF(120, 56)));
            return rect;
        };
        for (const char row : {'a', 'b', 'c'})
            for (const LayoutBox &box : boxes)
                if (box.id[0] != row)
                    QVERIFY2(!around(row).intersects(QRectF(corners[QString::fromStdString(box.id)], box.size)), box.id.c_str());
    }
};

CONCORD_TEST(GraphGroupsTest)

} // namespace concord::test

#include "graph_groups_test.moc"
