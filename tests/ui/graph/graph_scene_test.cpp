#include "core/base/random.h"
#include "core/graph/experiment.h"
#include "tests/support/testing.h"
#include "tests/ui/graph/hand.h"

#include <QElapsedTimer>
#include <QImage>
#include <QPainter>

namespace concord::test {

class GraphSceneTest : public QObject
{
    Q_OBJECT

private:
    /// A random edit as one undo step; which kind is drawn from `random`.
    static void edit(Hand &hand, Random &random)
    {
        ExperimentDocument &document = hand.document;
        const auto &nodes = document.graph().nodes;
        const auto anyNode = [&] { return QString::fromStdString(nodes[std::size_t(random.below(nodes.size()))].id); };
        static const std::vector<std::string> types = BlockRegistry::instance().ids();
        const std::uint64_t kind = nodes.size() < 4 ? 0 : random.below(8);
        switch (kind) {
        case 0:
            hand.view.insertBlock(QString::fromStdString(types[std::size_t(random.below(types.size()))]), {random.uniform(0, 900), random.uniform(0, 600)});
            break;
        case 1:
            document.removeNodes({anyNode()}, random.chance(0.5));
            break;
        case 2:
        case 3: {
            const NodeItem *from = hand.view.graphScene().nodeItem(anyNode());
            const QString to = anyNode();
            for (const PortLook &port : from->look().ports)
                if (!port.input)
                    if (const auto target = fittingPort(document.graph(), document.analysis(), {{from->id().toStdString(), port.id}, true}, to.toStdString())) {
                        document.link({from->id().toStdString(), port.id}, *target);
                        return;
                    }
            break;
        }
        case 4:
            if (!document.graph().edges.empty())
                document.unlink(document.graph().edges[std::size_t(random.below(document.graph().edges.size()))]);
            break;
        case 5:
            document.select({anyNode()});
            hand.action("duplicate")->trigger();
            break;
        case 6:
            document.setTitle(anyNode(), QStringLiteral("title %1").arg(random.below(1000)));
            break;
        default:
            document.setParam(anyNode(), QStringLiteral("channels"), std::vector<std::int64_t>{std::int64_t(1 + random.below(64))});
            break;
        }
    }

    static void compareWithDocument(Hand &hand)
    {
        const TaskGraph &graph = hand.document.graph();
        QCOMPARE(hand.view.graphScene().nodeItems().size(), qsizetype(graph.nodes.size()));
        const GraphLook look(graph, hand.document.analysis(), hand.view.graphScene().fonts());
        for (const Node &node : graph.nodes) {
            const NodeItem *item = hand.view.graphScene().nodeItem(QString::fromStdString(node.id));
            QVERIFY(item);
            QCOMPARE(item->pos(), QPointF(node.x, node.y));
            QVERIFY(item->look() == look.node(node));
        }
        qsizetype links = 0;
        for (const QGraphicsItem *item : hand.view.graphScene().items())
            links += item->type() == LinkItem::Type;
        QCOMPARE(links, qsizetype(graph.edges.size()));
    }

    static double frameTime(GraphView &view, int frames)
    {
        QImage frame(1400, 900, QImage::Format_ARGB32_Premultiplied);
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < frames; ++i) {
            QPainter painter(&frame);
            view.zoomBy(i % 2 ? 1.02 : 1 / 1.02, {300 + i, 200});
            view.render(&painter, QRectF(0, 0, 1400, 900), QRect(0, 0, 1400, 900));
        }
        return double(timer.nsecsElapsed()) / 1e6 / frames;
    }

private Q_SLOTS:
    void undoAndRedoReturnTheExactSameExperimentFor200RandomEdits()
    {
        Hand hand(denseExperiment());
        Random random(7);
        std::vector<std::string> history = {toJson(hand.document.experiment())};
        while (history.size() <= 200) {
            const int before = hand.document.undoStack()->index();
            edit(hand, random);
            const int now = hand.document.undoStack()->index();
            // Two edits of one value in a row are one step, and none when the second takes back the first.
            if (now <= before)
                history.pop_back();
            QVERIFY(now <= before + 1);
            history.push_back(toJson(hand.document.experiment()));
            if (now < before)
                history.pop_back();
        }
        compareWithDocument(hand);
        for (std::size_t i = history.size() - 1; i-- > 0;) {
            hand.document.undoStack()->undo();
            QCOMPARE(toJson(hand.document.experiment()), history[i]);
        }
        compareWithDocument(hand);
        for (std::size_t i = 1; i < history.size(); ++i) {
            hand.document.undoStack()->redo();
            QCOMPARE(toJson(hand.document.experiment()), history[i]);
        }
        compareWithDocument(hand);
    }

    void anEditKeepsTheItemsItDoesNotTouch()
    {
        Hand hand(denseExperiment());
        const NodeItem *stem = &hand.node("stem");
        const LinkItem *link = hand.view.graphScene().linkItem({{"depth_head", "out"}, {"depth_loss", "prediction"}});
        hand.document.setParam(QStringLiteral("trunk"), QStringLiteral("blocks"), std::int64_t(3));
        QCOMPARE(&hand.node("stem"), stem);
        QCOMPARE(hand.view.graphScene().linkItem({{"depth_head", "out"}, {"depth_loss", "prediction"}}), link);
        QVERIFY(hand.node("trunk").look().summary.contains(u'3'));
    }

    void linksCarryTheColourOfTheOneTaskThatPasses()
    {
        Hand hand(denseExperiment());
        const auto task = [&](const Edge &edge) { return hand.view.graphScene().linkItem(edge)->look().task; };
        QCOMPARE(task({{"stem", "out"}, {"trunk", "in"}}), -1);
        QCOMPARE(task({{"trunk", "out"}, {"depth_decoder", "in"}}), 1);
        QCOMPARE(task({{"normals_loss", "loss"}, {"balance", "loss.2"}}), 2);
        QVERIFY(hand.view.graphScene().linkItem({{"data", "label.depth"}, {"depth_loss", "label"}})->look().label);
        QCOMPARE(hand.node("trunk").look().tasks, (std::vector<int>{0, 1, 2}));
        QCOMPARE(hand.node("depth_head").look().tasks, std::vector<int>{1});
    }

    void aNodeSaysWhatItIsItsSettingsAndItsCost()
    {
        Hand hand(denseExperiment());
        const NodeLook &look = hand.node("depth_decoder").look();
        QCOMPARE(look.title, QStringLiteral("Dense decoder"));
        QVERIFY(look.summary.contains(QStringLiteral("32")));
        // One 3×3 convolution 48 → 32 with batch norm: 48·32·9 + 2·32 = 13 888 parameters.
        QVERIFY2(look.cost.startsWith(QStringLiteral("13.9 k · ")), qPrintable(look.cost));
        QVERIFY(look.cost.endsWith(QStringLiteral("MAC")));
        QVERIFY(!look.hasProblem);
        QCOMPARE(hand.node("depth_loss").look().cost, QStringLiteral("task depth"));
    }

    void aProblemAndAnUnknownBlockAreShownOnTheNode()
    {
        Experiment experiment = denseExperiment();
        experiment.graph.find("trunk")->type = "from_the_future";
        std::erase_if(experiment.graph.edges, [](const Edge &edge) { return edge.to.node == "depth_head"; });
        Hand hand(experiment);
        QVERIFY(!hand.node("trunk").look().known);
        QVERIFY(hand.node("trunk").look().port("in", true)); // its links keep their ends
        QVERIFY(hand.node("trunk").look().port("out", false));
        QVERIFY(hand.node("depth_head").look().hasProblem);
        QCOMPARE(hand.node("depth_head").look().severity, Severity::error);
        QVERIFY(!hand.node("depth_head").look().problem.isEmpty());
    }

    void framesOfLargeGraphs_data()
    {
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("rows");
        QTest::newRow("144") << 12 << 12;
        QTest::newRow("1000") << 40 << 25;
    }

    /// Prints, and only fails far beyond the budget: the machine may be busy. Budgets: 20 ms at 144 nodes, 33 ms at 1000.
    void framesOfLargeGraphs()
    {
        QFETCH(int, columns);
        QFETCH(int, rows);
        Hand hand(largeExperiment(columns, rows));
        hand.view.resize(1400, 900);
        hand.view.fit(false);
        const double all = frameTime(hand.view, 20);
        const double scaleAll = hand.view.scale();
        hand.view.zoomTo(0.6);
        const double close = frameTime(hand.view, 20);
        QElapsedTimer timer;
        timer.start();
        hand.document.setParam(QStringLiteral("n0_0"), QStringLiteral("kernel"), std::int64_t(5));
        qInfo("%d nodes: all of them at scale %.2f: %.1f ms a frame; at scale 0.6: %.1f ms; an edit with analysis and sync: %.1f ms", columns * rows, scaleAll,
              all, close, double(timer.nsecsElapsed()) / 1e6);
        compareWithDocument(hand);
    }
};

CONCORD_TEST(GraphSceneTest)

} // namespace concord::test

#include "graph_scene_test.moc"
