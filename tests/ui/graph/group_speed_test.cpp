#include "tests/support/testing.h"
#include "tests/ui/graph/hand.h"

#include <QElapsedTimer>
#include <QImage>
#include <QPainter>

namespace concord::test {

class GroupSpeedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void largeGraphsWithGroups_data()
    {
        QTest::addColumn<bool>("collapsed");
        QTest::newRow("expanded") << false;
        QTest::newRow("collapsed") << true;
    }

    /// Prints: the machine may be busy. Budget: 33 ms a frame at 1000 nodes.
    void largeGraphsWithGroups()
    {
        QFETCH(bool, collapsed);
        Experiment experiment = largeExperiment(40, 25);
        for (Node &node : experiment.graph.nodes)
            if (node.id != "data")
                node.frame = "Row " + node.id.substr(0, node.id.find('_'));
        Hand hand(experiment);
        QElapsedTimer timer;
        timer.start();
        if (collapsed)
            hand.action("collapseAll")->trigger();
        const double fold = double(timer.nsecsElapsed()) / 1e6;
        QCOMPARE(hand.view.graphScene().nodeItems().size(), qsizetype(collapsed ? 26 : 1001));
        hand.view.resize(1400, 900);
        hand.view.fit(false);
        QImage picture(1400, 900, QImage::Format_ARGB32_Premultiplied);
        timer.restart();
        for (int i = 0; i < 20; ++i) {
            QPainter painter(&picture);
            hand.view.zoomBy(i % 2 ? 1.02 : 1 / 1.02, {300 + i, 200});
            hand.view.render(&painter, QRectF(0, 0, 1400, 900), QRect(0, 0, 1400, 900));
        }
        const double paint = double(timer.nsecsElapsed()) / 2e7;
        timer.restart();
        hand.document.setParam(QStringLiteral("n0_0"), QStringLiteral("kernel"), std::int64_t(5));
        qInfo("1000 nodes in 25 groups: collapsing %.1f ms, %.1f ms a frame, an edit with analysis and sync %.1f ms", fold, paint,
              double(timer.nsecsElapsed()) / 1e6);
    }
};

CONCORD_TEST(GroupSpeedTest)

} // namespace concord::test

#include "group_speed_test.moc"
