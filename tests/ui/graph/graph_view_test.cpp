#include "core/graph/analysis.h"
#include "tests/support/testing.h"
#include "tests/ui/graph/hand.h"
#include "ui/graph/note_bubble.h"
#include "ui/graph/quick_insert.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QSignalSpy>
#include <QWheelEvent>

namespace concord::test {

class GraphViewTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void typingOnTheCanvasInsertsTheBlockThatWasMeant()
    {
        Hand hand;
        QTest::keyClick(&hand.view, Qt::Key_D, Qt::NoModifier);
        QuickInsert *list = hand.view.quickInsert();
        QVERIFY(list->isVisible());
        QCOMPARE(list->field()->text(), QStringLiteral("d"));
        QTest::keyClicks(list->field(), QStringLiteral("ense dec"));
        QTest::keyClick(list->field(), Qt::Key_Return);
        QVERIFY(!list->isVisible());
        QCOMPARE(hand.document.graph().nodes.size(), 1u);
        QCOMPARE(hand.document.graph().nodes[0].type, std::string("dense_decoder"));
        QCOMPARE(hand.document.selection(), QSet<QString>{QStringLiteral("dense_decoder")});
        QCOMPARE(hand.document.undoStack()->count(), 1);
    }

    void spaceTabAndDoubleClickOpenTheListAndEscapeClosesIt()
    {
        Hand hand;
        QuickInsert *list = hand.view.quickInsert();
        for (const char *name : {"insert", "insertAfter"}) {
            hand.action(name)->trigger();
            QVERIFY(list->isVisible());
            QTest::keyClick(list->field(), Qt::Key_Escape);
            QVERIFY(!list->isVisible());
        }
        hand.doubleClick({40, 60});
        QVERIFY(list->isVisible());
        QVERIFY(list->list()->count() > 20);
        QTest::keyClick(list->field(), Qt::Key_Escape);
        QCOMPARE(hand.document.graph().nodes.size(), 0u);
        QCOMPARE(hand.action("insert")->shortcuts(), QList<QKeySequence>{QKeySequence(Qt::Key_Space)});
    }

    void keysWorkWhileTheCanvasHasTheKeyboardAndOnlyThen()
    {
        Hand hand(denseExperiment());
        hand.view.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&hand.view));
        hand.view.setFocus();
        QuickInsert *list = hand.view.quickInsert();
        for (const Qt::Key key : {Qt::Key_Space, Qt::Key_Tab}) {
            QTest::keyClick(&hand.view, key);
            QVERIFY(list->isVisible());
            QTest::keyClicks(list->field(), QStringLiteral("f f")); // neither a space nor "fit all"
            QCOMPARE(list->field()->text(), QStringLiteral("f f"));
            QTest::keyClick(list->field(), Qt::Key_Escape);
            QVERIFY(hand.view.hasFocus());
        }
        hand.document.select({QStringLiteral("trunk")});
        QTest::keyClick(&hand.view, Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(hand.document.graph().nodes.size(), 14u);
        QTest::keyClick(&hand.view, Qt::Key_Delete);
        QCOMPARE(hand.document.graph(), denseExperiment().graph);
        hand.document.select({QStringLiteral("trunk")});
        QTest::keyClick(&hand.view, Qt::Key_Delete, Qt::ControlModifier);
        QVERIFY(hand.linked("stem", "out", "depth_decoder", "in"));
        hand.view.zoomTo(2);
        QTest::keyClick(&hand.view, Qt::Key_F);
        QVERIFY(hand.view.scale() <= 1);
        QTest::keyClick(&hand.view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(hand.document.selection().size(), 12);
    }

    void aLinkIsDrawnFromPortToPort()
    {
        Experiment experiment = denseExperiment();
        std::erase_if(experiment.graph.edges, [](const Edge &edge) { return edge.to.node == "trunk"; });
        Hand hand(experiment);
        hand.drag(hand.output("stem", "out"), hand.input("trunk", "in"));
        QVERIFY(hand.linked("stem", "out", "trunk", "in"));
        QCOMPARE(hand.document.undoStack()->count(), 1);
        const LinkItem *link = hand.view.graphScene().linkItem({{"stem", "out"}, {"trunk", "in"}});
        QVERIFY(link);
        QCOMPARE(link->look().shape, QStringLiteral("48×32×32"));
    }

    void aLinkDrawnBackwardsFromAnInputIsTheSameLink()
    {
        Experiment experiment = denseExperiment();
        std::erase_if(experiment.graph.edges, [](const Edge &edge) { return edge.to.node == "trunk"; });
        Hand hand(experiment);
        hand.drag(hand.input("trunk", "in"), hand.output("stem", "out"));
        QVERIFY(hand.linked("stem", "out", "trunk", "in"));
    }

    void whileALinkIsDrawnOnlyFittingPortsAreLit()
    {
        Hand hand(denseExperiment());
        hand.press(hand.output("depth_head", "out"));
        hand.moveTo(hand.middle("depth_head") + QPointF(80, 90));
        QVERIFY(hand.view.graphScene().isLinking());
        const std::set<PortRef> fitting = fittingPorts(hand.document.graph(), hand.document.analysis(), {{"depth_head", "out"}, true});
        QVERIFY(fitting.contains({"depth_loss", "prediction"}));
        QVERIFY(!fitting.contains({"depth_loss", "label"}));
        QVERIFY(!fitting.contains({"balance", "loss.0"}));
        QVERIFY(!fitting.contains({"stem", "in"})); // would close a cycle
        QTest::keyClick(&hand.view, Qt::Key_Escape);
        QVERIFY(!hand.view.graphScene().isLinking());
        QCOMPARE(hand.document.undoStack()->count(), 0);
    }

    void droppingOnTheBodyTakesTheRightPort()
    {
        Experiment experiment = denseExperiment();
        std::erase_if(experiment.graph.edges, [](const Edge &edge) { return edge.to.node == "depth_loss" || edge.from.node == "depth_loss"; });
        Hand hand(experiment);
        hand.drag(hand.output("data", "label.depth"), hand.middle("depth_loss"));
        QVERIFY(hand.linked("data", "label.depth", "depth_loss", "label"));
        hand.drag(hand.output("depth_head", "out"), hand.middle("depth_loss"));
        QVERIFY(hand.linked("depth_head", "out", "depth_loss", "prediction"));
        // The free copy between the two that are taken.
        hand.drag(hand.output("depth_loss", "loss"), hand.middle("balance"));
        QVERIFY(hand.linked("depth_loss", "loss", "balance", "loss.1"));
    }

    void repeatingPortsShowOneFreeCopyMoreThanAreLinked()
    {
        Hand hand(denseExperiment());
        QVERIFY(hand.node("balance").look().port("loss.3", true));
        QVERIFY(!hand.node("balance").look().port("loss.4", true));
        hand.document.unlink({{"depth_loss", "loss"}, {"balance", "loss.1"}});
        QVERIFY(!hand.node("balance").look().port("loss.3", true)); // the second copy is free again
    }

    void aRefusalSaysWhyBesideTheCursor()
    {
        Hand hand(denseExperiment());
        QSignalSpy noted(&hand.document, &ExperimentDocument::noted);
        const QPointF target = hand.input("balance", "loss.0");
        hand.drag(hand.output("trunk", "out"), target);
        const QString expected = QString::fromStdString(linkRefusal(hand.document.graph(), hand.document.analysis(), {"trunk", "out"}, {"balance", "loss.0"}));
        QVERIFY(!expected.isEmpty());
        QCOMPARE(noted.count(), 1);
        QCOMPARE(noted.at(0).at(0).toString(), expected);
        QVERIFY(hand.view.bubble()->isVisible());
        QVERIFY(hand.view.bubble()->text().compare(expected, Qt::CaseInsensitive) == 0);
        const QPoint at = hand.view.mapFromScene(target);
        QVERIFY((hand.view.bubble()->geometry().center() - at).manhattanLength() < 400);
        QCOMPARE(hand.document.undoStack()->count(), 0);
    }

    void droppingOnEmptyCanvasOffersOnlyWhatFitsAndWiresIt()
    {
        Hand hand(denseExperiment());
        const QPointF start = hand.output("depth_head", "out");
        hand.drag(start, start + QPointF(60, -200));
        QuickInsert *list = hand.view.quickInsert();
        QVERIFY(list->isVisible());
        QStringList offered;
        for (int i = 0; i < list->list()->count(); ++i)
            offered += list->list()->item(i)->text();
        QVERIFY(offered.contains(QString::fromStdString(BlockRegistry::instance().find("l1")->card.title)));
        QVERIFY(!offered.contains(QString::fromStdString(BlockRegistry::instance().find("scenes")->card.title)));
        QVERIFY(!offered.contains(QString::fromStdString(BlockRegistry::instance().find("balance")->card.title)));
        list->field()->setText(QStringLiteral("berhu"));
        QTest::keyClick(list->field(), Qt::Key_Return);
        QVERIFY(hand.linked("depth_head", "out", "berhu", "prediction"));
        QCOMPARE(hand.document.undoStack()->count(), 1);
        QCOMPARE(hand.document.graph().nodes.size(), 14u);
    }

    void anOccupiedInputsLinkCanBeMovedAndTakenOff()
    {
        Hand hand(denseExperiment());
        hand.drag(hand.input("depth_loss", "prediction"), hand.input("normals_loss", "prediction"));
        QVERIFY(!hand.linked("depth_head", "out", "depth_loss", "prediction"));
        QVERIFY(hand.linked("depth_head", "out", "normals_loss", "prediction"));
        QVERIFY(!hand.linked("normals_head", "out", "normals_loss", "prediction"));
        QCOMPARE(hand.document.undoStack()->count(), 1);
        hand.document.undoStack()->undo();
        hand.drag(hand.input("depth_loss", "prediction"), hand.input("depth_loss", "prediction") + QPointF(-50, 330));
        QCOMPARE(hand.document.graph().edges.size(), 16u);
        QVERIFY(!hand.linked("depth_head", "out", "depth_loss", "prediction"));
    }

    void draggingMovesInOneStepOnTheGrid()
    {
        Hand hand(denseExperiment());
        hand.drag(hand.middle("stem"), hand.middle("stem") + QPointF(41, 33));
        QCOMPARE(hand.document.undoStack()->count(), 1);
        const Node *stem = hand.document.graph().find("stem");
        QCOMPARE(std::fmod(stem->x, 4), 0.0);
        QVERIFY(std::abs(stem->x - 301) <= 4 && std::abs(stem->y - 153) <= 4);
        hand.document.undoStack()->undo();
        QCOMPARE(hand.document.graph(), denseExperiment().graph);
        QCOMPARE(hand.node("stem").pos(), QPointF(260, 120));
    }

    void clickShiftAndRubberBandSelect()
    {
        Hand hand(denseExperiment());
        hand.click(hand.middle("stem"));
        QCOMPARE(hand.document.selection(), QSet<QString>{QStringLiteral("stem")});
        hand.click(hand.middle("trunk"), Qt::ShiftModifier);
        QCOMPARE(hand.document.selection(), (QSet<QString>{QStringLiteral("stem"), QStringLiteral("trunk")}));
        hand.drag({1030, -60}, {1240, 330});
        QCOMPARE(hand.document.selection(), (QSet<QString>{QStringLiteral("segmentation_head"), QStringLiteral("depth_head"), QStringLiteral("normals_head")}));
        hand.document.select({QStringLiteral("data")});
        QVERIFY(hand.node("data").isSelected());
        QVERIFY(!hand.node("depth_head").isSelected());
        hand.action("selectAll")->trigger();
        QCOMPARE(hand.document.selection().size(), 13);
    }

    void deletingAMiddleNodeCanCloseTheGap()
    {
        Hand hand(denseExperiment());
        hand.document.select({QStringLiteral("trunk")});
        hand.action("deleteHeal")->trigger();
        for (const char *task : {"segmentation_decoder", "depth_decoder", "normals_decoder"})
            QVERIFY(hand.linked("stem", "out", task, "in"));
        hand.document.undoStack()->undo();
        hand.document.select({QStringLiteral("trunk")});
        hand.action("delete")->trigger();
        QCOMPARE(hand.document.graph().edges.size(), 13u);
        QVERIFY(!hand.document.graph().find("trunk"));
    }

    void aSelectedLinkIsDeletedByTheKey()
    {
        Hand hand(denseExperiment());
        hand.click((hand.output("stem", "out") + hand.input("trunk", "in")) / 2);
        QCOMPARE(hand.view.graphScene().selectedLinks().size(), 1u);
        hand.action("delete")->trigger();
        QVERIFY(!hand.linked("stem", "out", "trunk", "in"));
        QCOMPARE(hand.document.graph().nodes.size(), 13u);
    }

    void aBlockDroppedOnALinkGoesInBetween()
    {
        Hand hand(denseExperiment());
        const QPointF middle = (hand.output("stem", "out") + hand.input("trunk", "in")) / 2;
        QMimeData data;
        data.setData(QLatin1String(GraphView::blockMime), "residual_stage");
        const QPoint at = hand.view.mapFromScene(middle);
        QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(hand.view.viewport(), &enter);
        QVERIFY(enter.isAccepted());
        QDragMoveEvent over(at, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(hand.view.viewport(), &over);
        QDropEvent drop(at, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(hand.view.viewport(), &drop);
        QVERIFY(hand.linked("stem", "out", "residual_stage", "in"));
        QVERIFY(hand.linked("residual_stage", "out", "trunk", "in"));
        QVERIFY(!hand.linked("stem", "out", "trunk", "in"));
        QCOMPARE(hand.document.undoStack()->count(), 1);
    }

    void copyAndPasteKeepTheLinksInside()
    {
        Hand hand(denseExperiment());
        hand.document.select({QStringLiteral("depth_decoder"), QStringLiteral("depth_head"), QStringLiteral("depth_loss")});
        hand.action("copy")->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("dense_decoder")));
        hand.action("paste")->trigger();
        QCOMPARE(hand.document.graph().nodes.size(), 16u);
        QCOMPARE(hand.document.graph().edges.size(), 19u);
        QVERIFY(hand.linked("depth_decoder_2", "out", "depth_head_2", "in"));
        QVERIFY(hand.linked("depth_head_2", "out", "depth_loss_2", "prediction"));
        QCOMPARE(hand.document.selection().size(), 3);
        QCOMPARE(hand.document.graph().find("depth_decoder_2")->params, hand.document.graph().find("depth_decoder")->params);
        // Into another window.
        Hand other;
        other.action("paste")->trigger();
        QVERIFY(other.linked("depth_head", "out", "depth_loss", "prediction"));
        QCOMPARE(other.document.graph().edges.size(), 2u);
        hand.action("cut")->trigger();
        QCOMPARE(hand.document.graph(), denseExperiment().graph);
        QGuiApplication::clipboard()->setText(QStringLiteral("no blocks"));
        QSignalSpy noted(&hand.document, &ExperimentDocument::noted);
        hand.action("paste")->trigger();
        QCOMPARE(noted.count(), 1);
        QCOMPARE(hand.document.graph(), denseExperiment().graph);
    }

    void keyboardAloneInsertsLinksMovesAndRemoves()
    {
        Hand hand;
        QuickInsert *list = hand.view.quickInsert();
        for (const char *name : {"Built-in", "Convolution st", "Dense dec"}) {
            hand.action("insertAfter")->trigger();
            list->field()->setText(QString::fromLatin1(name));
            QTest::keyClick(list->field(), Qt::Key_Return);
        }
        QVERIFY(hand.linked("scenes", "image", "conv_stack", "in"));
        QVERIFY(hand.linked("conv_stack", "out", "dense_decoder", "in"));
        QTest::keyClick(&hand.view, Qt::Key_Left);
        QCOMPARE(hand.document.selection(), QSet<QString>{QStringLiteral("conv_stack")});
        QTest::keyClick(&hand.view, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(hand.document.selection(), (QSet<QString>{QStringLiteral("conv_stack"), QStringLiteral("scenes")}));
        hand.action("unlink")->trigger();
        QVERIFY(!hand.linked("scenes", "image", "conv_stack", "in"));
        hand.action("link")->trigger();
        QVERIFY(hand.linked("scenes", "image", "conv_stack", "in"));
        const double x = hand.document.graph().find("conv_stack")->x;
        const int steps = hand.document.undoStack()->count();
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(&hand.view, Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(hand.document.graph().find("conv_stack")->x, x + 12);
        QCOMPARE(hand.document.undoStack()->count(), steps + 1);
    }

    void wheelZoomsAtTheCursorAndMiddleButtonPans()
    {
        Hand hand(denseExperiment());
        const QPoint at(300, 250);
        const QPointF under = hand.view.mapToScene(at);
        QWheelEvent wheel(at, hand.view.viewport()->mapToGlobal(at), {}, {0, 240}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
        QApplication::sendEvent(hand.view.viewport(), &wheel);
        QVERIFY(hand.view.scale() > 1.2);
        const QPointF now = hand.view.mapToScene(at);
        QVERIFY(std::hypot(now.x() - under.x(), now.y() - under.y()) < 1.5);
        const QPointF from = hand.view.mapToScene(QPoint(500, 300));
        hand.press(from, Qt::MiddleButton);
        const QMouseEvent move(QEvent::MouseMove, QPointF(560, 340), QPointF(560, 340), Qt::NoButton, Qt::MiddleButton, {});
        QApplication::sendEvent(hand.view.viewport(), const_cast<QMouseEvent *>(&move));
        const QPointF panned = hand.view.mapToScene(QPoint(560, 340));
        QVERIFY(std::hypot(panned.x() - from.x(), panned.y() - from.y()) < 1.5);
        hand.release(panned, Qt::MiddleButton);
        QVERIFY(hand.document.selection().isEmpty());
        hand.action("actualSize")->trigger();
        QCOMPARE(hand.view.scale(), 1.0);
        hand.action("fitAll")->trigger();
        const QRectF seen = hand.view.mapToScene(hand.view.viewport()->rect()).boundingRect();
        QVERIFY(seen.contains(hand.view.graphScene().nodesRect(false)));
    }

    void arrangingIsOneStepThatCanBeTakenBack()
    {
        Hand hand(denseExperiment());
        QSignalSpy changed(&hand.document, &ExperimentDocument::changed);
        hand.action("arrange")->trigger();
        QVERIFY(changed.wait(10000));
        QCOMPARE(hand.document.undoStack()->count(), 1);
        hand.document.undoStack()->undo();
        QCOMPARE(hand.document.graph(), denseExperiment().graph);
    }
};

CONCORD_TEST(GraphViewTest)

} // namespace concord::test

#include "graph_view_test.moc"
