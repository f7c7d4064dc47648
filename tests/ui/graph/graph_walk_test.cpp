#include "tests/support/dense_experiment.h"
#include "tests/support/testing.h"
#include "ui/graph/graph_walk.h"

namespace concord::test {

class GraphWalkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void arrowsFollowTheGraph_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<int>("direction");
        QTest::addColumn<QString>("to");
        const auto row = [](const char *from, Direction direction, const char *to) {
            QTest::addRow("%s %d", from, int(direction)) << QString::fromLatin1(from) << int(direction) << QString::fromLatin1(to);
        };
        row("data", Direction::right, "stem");           // not along a label's link
        row("trunk", Direction::right, "depth_decoder"); // of three the one at the same height
        row("normals_loss", Direction::left, "normals_head");
        row("data", Direction::left, "");
        row("depth_head", Direction::up, "segmentation_head");
        row("depth_head", Direction::down, "normals_head");
        row("nowhere", Direction::down, "data");
    }

    void arrowsFollowTheGraph()
    {
        QFETCH(QString, from);
        QFETCH(int, direction);
        QFETCH(QString, to);
        QCOMPARE(nextNode(denseExperiment().graph, from, Direction(direction)), to);
    }
};

CONCORD_TEST(GraphWalkTest)

} // namespace concord::test

#include "graph_walk_test.moc"
