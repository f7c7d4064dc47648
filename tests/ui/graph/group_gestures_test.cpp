#include "core/graph/experiment.h"
#include "tests/support/testing.h"
#include "tests/ui/graph/hand.h"
#include "ui/graph/frame_item.h"
#include "ui/graph/group_commands.h"
#include "ui/graph/quick_insert.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QMenu>
#include <QSignalSpy>

namespace concord::test {

/// Groups under a person's mouse and keyboard.
class GroupGesturesTest : public QObject
{
    Q_OBJECT

private:
    static Experiment withBackbone(bool collapsed)
    {
        Experiment experiment = denseExperiment();
        experiment.graph.find("stem")->frame = "Backbone";
        experiment.graph.find("trunk")->frame = "Backbone";
        if (collapsed)
            experiment.graph.collapsed.insert("Backbone");
        return experiment;
    }

    static NodeItem &box(Hand &hand)
    {
        NodeItem *item = hand.view.graphScene().nodeItem(GraphGroups::itemId("Backbone"));
        Q_ASSERT(item);
        return *item;
    }
    static QPointF middleOf(const NodeItem &item) { return QRectF(item.pos(), item.look().size).center(); }
    static FrameItem *frame(Hand &hand, const char *title) { return hand.view.graphScene().frameItem(QString::fromLatin1(title)); }
    static QLineEdit *titleField(Hand &hand) { return hand.view.findChild<QLineEdit *>(QStringLiteral("groupTitle")); }

    static void activate(Hand &hand)
    {
        hand.view.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&hand.view));
        hand.view.setFocus();
    }

    static const QSet<QString> backbone;

private Q_SLOTS:
    void keysGroupCollapseExpandRenameAndUngroup()
    {
        Hand hand(denseExperiment());
        activate(hand);
        hand.click(hand.middle("stem"));
        hand.click(hand.middle("trunk"), Qt::ShiftModifier);
        QTest::keyClick(&hand.view, Qt::Key_G, Qt::ControlModifier);
        QVERIFY(titleField(hand)->isVisible());
        QCOMPARE(titleField(hand)->text(), QStringLiteral("Group"));
        QTest::keyClicks(titleField(hand), QStringLiteral("Backbone"));
        QTest::keyClick(titleField(hand), Qt::Key_Return);
        QVERIFY(!titleField(hand)->isVisible());
        QVERIFY(hand.view.hasFocus());
        QCOMPARE(hand.document.graph(), withBackbone(false).graph);
        QVERIFY(frame(hand, "Backbone"));
        QVERIFY(frame(hand, "Backbone")->sceneRect().contains(QRectF(hand.node("stem").pos(), hand.node("stem").look().size)));

        QTest::keyClick(&hand.view, Qt::Key_Return);
        QCOMPARE(hand.document.graph(), withBackbone(true).graph);
        QVERIFY(!frame(hand, "Backbone"));
        QVERIFY(box(hand).isSelected());
        QCOMPARE(&hand.node("stem"), &box(hand));
        QTest::keyClick(&hand.view, Qt::Key_Return);
        QCOMPARE(hand.document.graph(), withBackbone(false).graph);
        QCOMPARE(hand.document.selection(), backbone);
        QVERIFY(hand.node("trunk").isSelected());

        QTest::keyClick(&hand.view, Qt::Key_F2);
        QCOMPARE(titleField(hand)->selectedText(), QStringLiteral("Backbone"));
        QTest::keyClicks(titleField(hand), QStringLiteral("Trunk"));
        QTest::keyClick(titleField(hand), Qt::Key_Escape);
        QCOMPARE(hand.document.graph().find("stem")->frame, std::string("Backbone"));
        QTest::keyClick(&hand.view, Qt::Key_F2);
        QTest::keyClicks(titleField(hand), QStringLiteral("Trunk"));
        QTest::keyClick(titleField(hand), Qt::Key_Return);
        QCOMPARE(hand.document.graph().find("stem")->frame, std::string("Trunk"));
        QTest::keyClick(&hand.view, Qt::Key_G, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(hand.document.graph(), denseExperiment().graph);
        // Five steps, each of which can be taken back.
        QCOMPARE(hand.document.undoStack()->count(), 5);
        for (int i = 0; i < 3; ++i)
            hand.document.undoStack()->undo();
        QCOMPARE(hand.document.graph(), withBackbone(true).graph);
        QVERIFY(hand.view.graphScene().nodeItem(GraphGroups::itemId("Backbone")));
        hand.document.undoStack()->undo();
        hand.document.undoStack()->undo();
        QCOMPARE(hand.document.graph(), denseExperiment().graph);
        QVERIFY(!frame(hand, "Backbone"));
    }

    void doubleClicksAndTheButtonCollapseAndExpand()
    {
        Hand hand(withBackbone(true));
        hand.doubleClick(middleOf(box(hand)));
        QVERIFY(hand.document.graph().collapsed.empty());
        hand.doubleClick(frame(hand, "Backbone")->strip().center());
        QCOMPARE(hand.document.graph().collapsed, std::set<std::string>{"Backbone"});
        QVERIFY(!hand.view.quickInsert()->isVisible());
        hand.doubleClick(middleOf(box(hand)));
        hand.click(frame(hand, "Backbone")->button().center());
        QTRY_COMPARE(hand.document.graph().collapsed, std::set<std::string>{"Backbone"});
        QCOMPARE(hand.document.undoStack()->count(), 4);
        // Inside a frame but not on its title a double click inserts as everywhere.
        hand.doubleClick(middleOf(box(hand)));
        const QRectF inside = frame(hand, "Backbone")->sceneRect();
        hand.doubleClick({inside.center().x(), inside.bottom() - 6});
        QVERIFY(hand.view.quickInsert()->isVisible());
    }

    void theContextMenuHasTheGroupsOrders()
    {
        Hand hand(withBackbone(true));
        const auto entries = [&](const QPointF &at) {
            QContextMenuEvent event(QContextMenuEvent::Mouse, hand.view.mapFromScene(at), hand.view.mapToGlobal(hand.view.mapFromScene(at)));
            QApplication::sendEvent(hand.view.viewport(), &event);
            QStringList texts;
            for (QMenu *menu : hand.view.findChildren<QMenu *>()) {
                for (const QAction *action : menu->actions())
                    texts += action->text();
                menu->close();
                delete menu;
            }
            return texts;
        };
        QVERIFY(entries(middleOf(box(hand))).contains(QStringLiteral("Expand group")));
        QCOMPARE(hand.document.selection(), backbone);
        QVERIFY(!entries(hand.middle("depth_head")).contains(QStringLiteral("Ungroup")));
        QVERIFY(entries(hand.middle("depth_head")).contains(QStringLiteral("Group…")));
        hand.action("expandAll")->trigger();
        QVERIFY(entries(frame(hand, "Backbone")->strip().center()).contains(QStringLiteral("Collapse group")));
        QVERIFY(entries({-200, -200}).contains(QStringLiteral("Collapse all groups")));
    }

    void onlyTheBordersLinksAreDrawnAndEndAtTheGroup()
    {
        Hand hand(withBackbone(true));
        GraphScene &scene = hand.view.graphScene();
        QVERIFY(!scene.linkItem({{"stem", "out"}, {"trunk", "in"}}));
        QVERIFY(scene.linkItem({{"trunk", "out"}, {"depth_decoder", "in"}}));
        QCOMPARE(scene.nodeItems().size(), qsizetype(12));
        const LinkItem *in = scene.linkItem({{"data", "image"}, {"stem", "in"}});
        QVERIFY(in->distanceTo(box(hand).portPoint(PortRef{"stem", "in"}, true)) < 1);
        QCOMPARE(box(hand).portPoint(PortRef{"stem", "in"}, true).x(), box(hand).pos().x());
        QVERIFY(!box(hand).look().port(PortRef{"stem", "out"}, false));
    }

    void movingACollapsedGroupMovesItsBlocks()
    {
        Hand hand(withBackbone(true));
        const TaskGraph before = hand.document.graph();
        const QPointF at = box(hand).pos();
        hand.drag(middleOf(box(hand)), middleOf(box(hand)) + QPointF(48, 84));
        const QPointF by = box(hand).pos() - at;
        QVERIFY(std::abs(by.x() - 48) <= 4 && std::abs(by.y() - 84) <= 4);
        for (const char *id : {"stem", "trunk"}) {
            QCOMPARE(hand.document.graph().find(id)->x, before.find(id)->x + by.x());
            QCOMPARE(hand.document.graph().find(id)->y, before.find(id)->y + by.y());
        }
        QCOMPARE(hand.document.graph().find("data")->y, before.find("data")->y);
        QCOMPARE(hand.document.undoStack()->count(), 1);
        hand.document.undoStack()->undo();
        QCOMPARE(hand.document.graph(), before);
        QCOMPARE(box(hand).pos(), at);
        // Ctrl and an arrow moves it too.
        hand.click(middleOf(box(hand)));
        QTest::keyClick(&hand.view, Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(hand.document.graph().find("trunk")->y, before.find("trunk")->y + 4);
        QCOMPARE(box(hand).pos(), at + QPointF(0, 4));
    }

    void aFramesTitleMovesItsBlocksAndTheFrameFollows()
    {
        Hand hand(withBackbone(false));
        const QRectF before = frame(hand, "Backbone")->sceneRect();
        const QPointF grip = frame(hand, "Backbone")->strip().center();
        hand.press(grip);
        hand.moveTo(grip + QPointF(10, -40));
        hand.moveTo(grip + QPointF(20, -80));
        QCOMPARE(frame(hand, "Backbone")->sceneRect(), before.translated(20, -80));
        hand.release(grip + QPointF(20, -80));
        QCOMPARE(hand.document.graph().find("stem")->y, denseExperiment().graph.find("stem")->y - 80);
        QCOMPARE(hand.document.graph().find("trunk")->x, denseExperiment().graph.find("trunk")->x + 20);
        QCOMPARE(frame(hand, "Backbone")->sceneRect(), before.translated(20, -80));
        QCOMPARE(hand.document.undoStack()->count(), 1);
        QCOMPARE(hand.document.selection(), backbone);
        // The frame grows with a block that is dragged.
        hand.click({-200, -200});
        hand.drag(hand.middle("trunk"), hand.middle("trunk") + QPointF(0, 120));
        QVERIFY(frame(hand, "Backbone")->sceneRect().height() >= before.height() + 116);
    }

    void blocksChosenElsewhereShowTheirGroup()
    {
        Hand hand(withBackbone(true));
        hand.document.select({QStringLiteral("trunk")}); // as a click in the conflict river does
        hand.document.reveal(QStringLiteral("trunk"));
        QVERIFY(box(hand).isSelected());
        QCOMPARE(hand.document.selection(), QSet<QString>{QStringLiteral("trunk")});
        const QRectF seen = hand.view.mapToScene(hand.view.viewport()->rect()).boundingRect();
        QVERIFY(seen.contains(middleOf(box(hand))));
        // What is done to it is done to the group; a click takes all of it.
        hand.click(middleOf(box(hand)));
        QCOMPARE(hand.document.selection(), backbone);
        hand.document.select({QStringLiteral("trunk")});
        hand.action("delete")->trigger();
        QVERIFY(!hand.document.graph().find("stem"));
        QCOMPARE(hand.document.graph().nodes.size(), 11u);
        hand.document.undoStack()->undo();
        QVERIFY(hand.view.graphScene().nodeItem(GraphGroups::itemId("Backbone")));
        hand.document.select({});
        QVERIFY(!box(hand).isSelected());
    }

    void copiesOfAGroupAreGroups()
    {
        Hand hand(withBackbone(true));
        hand.click(middleOf(box(hand)));
        hand.action("copy")->trigger();
        hand.action("paste")->trigger();
        QCOMPARE(hand.document.graph().collapsed, (std::set<std::string>{"Backbone", "Backbone 2"}));
        QCOMPARE(hand.document.graph().nodes.size(), 15u);
        QVERIFY(hand.linked("stem_2", "out", "trunk_2", "in"));
        QVERIFY(hand.view.graphScene().nodeItem(GraphGroups::itemId("Backbone 2"))->isSelected());
        Hand other;
        other.action("paste")->trigger();
        QVERIFY(other.view.graphScene().nodeItem(GraphGroups::itemId("Backbone")));
        hand.action("cut")->trigger();
        QCOMPARE(hand.document.graph().nodes.size(), 13u);
        hand.action("selectAll")->trigger();
        hand.action("copy")->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("Backbone")));
    }

    void arrowsWalkOverACollapsedGroup()
    {
        Hand hand(withBackbone(true));
        hand.click(hand.middle("data"));
        QTest::keyClick(&hand.view, Qt::Key_Right);
        QCOMPARE(hand.document.selection(), backbone);
        QTest::keyClick(&hand.view, Qt::Key_Right);
        QCOMPARE(hand.document.selection(), QSet<QString>{QStringLiteral("depth_decoder")});
        QTest::keyClick(&hand.view, Qt::Key_Left);
        QCOMPARE(hand.document.selection(), backbone);
        // Tab offers what goes on from its output.
        hand.action("insertAfter")->trigger();
        hand.view.quickInsert()->field()->setText(QStringLiteral("dense dec"));
        QTest::keyClick(hand.view.quickInsert()->field(), Qt::Key_Return);
        QVERIFY(hand.linked("trunk", "out", "dense_decoder", "in"));
    }

    void linksAreDrawnToAndFromACollapsedGroup()
    {
        Hand hand(withBackbone(true));
        // Its output can be linked on, its occupied input taken off.
        const QPointF out = box(hand).portPoint(PortRef{"trunk", "out"}, false);
        hand.document.unlink({{"trunk", "out"}, {"depth_decoder", "in"}});
        hand.drag(out, hand.input("depth_decoder", "in"));
        QVERIFY(hand.linked("trunk", "out", "depth_decoder", "in"));
        const QPointF in = box(hand).portPoint(PortRef{"stem", "in"}, true);
        hand.drag(in, in + QPointF(-60, 300));
        QVERIFY(!hand.linked("data", "image", "stem", "in"));
        QVERIFY(!box(hand).look().port(PortRef{"stem", "in"}, true));
        // Dropped on the group it finds the free port inside; a second one finds none and says so.
        hand.drag(hand.output("data", "image"), middleOf(box(hand)));
        QVERIFY(hand.linked("data", "image", "stem", "in"));
        QSignalSpy noted(&hand.document, &ExperimentDocument::noted);
        hand.drag(hand.output("data", "image"), middleOf(box(hand)));
        QCOMPARE(noted.count(), 1);
        QVERIFY(noted.at(0).at(0).toString().contains(QStringLiteral("expand the group")));
        QVERIFY(hand.linked("stem", "out", "trunk", "in"));
    }

    void unlinkingAGroupLeavesWhatIsInside()
    {
        Hand hand(withBackbone(true));
        hand.click(middleOf(box(hand)));
        hand.action("unlink")->trigger();
        QVERIFY(hand.linked("stem", "out", "trunk", "in"));
        QVERIFY(!hand.linked("data", "image", "stem", "in"));
        QCOMPARE(hand.document.graph().edges.size(), 13u);
        hand.document.undoStack()->undo();
        hand.click(hand.middle("data"), Qt::ShiftModifier);
        hand.document.unlink({{"data", "image"}, {"stem", "in"}});
        hand.action("link")->trigger();
        QVERIFY(hand.linked("data", "image", "stem", "in"));
    }

    void arrangingAndExpandingKeepBlocksApart()
    {
        Hand hand(withBackbone(true));
        QSignalSpy changed(&hand.document, &ExperimentDocument::changed);
        hand.action("arrange")->trigger();
        QVERIFY(changed.wait(10000));
        const Node *stem = hand.document.graph().find("stem");
        const Node *trunk = hand.document.graph().find("trunk");
        QCOMPARE(trunk->x - stem->x, 260.0); // as they lay to each other before
        const TaskGraph arranged = hand.document.graph();
        hand.doubleClick(middleOf(box(hand)));
        const QRectF around = frame(hand, "Backbone")->sceneRect();
        for (const NodeItem *item : hand.view.graphScene().nodeItems())
            if (item->id() != u"stem" && item->id() != u"trunk")
                QVERIFY2(!QRectF(item->pos(), item->look().size).intersects(around), qPrintable(item->id()));
        hand.document.undoStack()->undo();
        QCOMPARE(hand.document.graph(), arranged);
    }
};

const QSet<QString> GroupGesturesTest::backbone = {QStringLiteral("stem"), QStringLiteral("trunk")};

CONCORD_TEST(GroupGesturesTest)

} // namespace concord::test

#include "group_gestures_test.moc"
