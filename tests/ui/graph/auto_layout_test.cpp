#include "tests/support/testing.h"
#include "ui/graph/auto_layout.h"

#include <QRectF>
#include <QSignalSpy>

namespace concord::test {

class AutoLayoutTest : public QObject
{
    Q_OBJECT

private:
    /// A trunk of four, three branches of three, and an end that all of them reach; labels go from the start to each branch's end.
    static void branches(std::vector<LayoutBox> &boxes, std::vector<LayoutLink> &links)
    {
        const auto add = [&](const std::string &id, double width) { boxes.push_back({id, {width, 56}}); };
        for (int i = 0; i < 4; ++i) {
            add("trunk" + std::to_string(i), 120 + 20 * i);
            if (i)
                links.push_back({"trunk" + std::to_string(i - 1), "trunk" + std::to_string(i)});
        }
        for (const char *branch : {"a", "b", "c"}) {
            std::string before = "trunk3";
            for (int i = 0; i < 3; ++i) {
                const std::string id = branch + std::to_string(i);
                add(id, 130);
                links.push_back({before, id});
                before = id;
            }
            links.push_back({"trunk0", before, true});
            links.push_back({before, "end"});
        }
        add("end", 118);
    }

private Q_SLOTS:
    void goesFromLeftToRightWithoutOverlaps()
    {
        std::vector<LayoutBox> boxes;
        std::vector<LayoutLink> links;
        branches(boxes, links);
        const LayoutResult corners = layeredLayout(boxes, links);
        QCOMPARE(corners.size(), qsizetype(boxes.size()));
        const auto rect = [&](const std::string &id) {
            const auto box = std::ranges::find(boxes, id, &LayoutBox::id);
            return QRectF(corners[QString::fromStdString(id)], box->size);
        };
        for (const LayoutLink &link : links)
            QVERIFY2(rect(link.from).right() < rect(link.to).left(), (link.from + " " + link.to).c_str());
        for (std::size_t i = 0; i < boxes.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY(!rect(boxes[i].id).intersects(rect(boxes[j].id)));
        // Branches in the order in which they were listed, in columns with one left edge, on the grid.
        QVERIFY(rect("a0").bottom() < rect("b0").top() && rect("b0").bottom() < rect("c0").top());
        QCOMPARE(rect("a0").left(), rect("c0").left());
        for (const QPointF &corner : corners)
            QVERIFY(std::fmod(corner.x(), 4) == 0 && std::fmod(corner.y(), 4) == 0);
    }

    void oddGraphsHarmNothing()
    {
        QVERIFY(layeredLayout({}, {}).isEmpty());
        const std::vector<LayoutBox> boxes = {{"a", {100, 50}}, {"b", {100, 50}}, {"alone", {100, 50}}};
        const LayoutResult corners = layeredLayout(boxes, {{"a", "b"}, {"b", "a"}, {"a", "a"}, {"a", "gone"}});
        QCOMPARE(corners.size(), 3);
    }

    void theNewestRequestWins()
    {
        AutoLayout layout;
        QSignalSpy finished(&layout, &AutoLayout::finished);
        std::vector<LayoutBox> boxes;
        std::vector<LayoutLink> links;
        branches(boxes, links);
        for (int i = 0; i < 5; ++i)
            layout.start(boxes, links);
        layout.start({{"last", {100, 50}}}, {});
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(finished.at(0).at(0).value<LayoutResult>().keys(), QStringList{QStringLiteral("last")});
    }

    void canBeDestroyedWhileItWorks()
    {
        std::vector<LayoutBox> boxes;
        std::vector<LayoutLink> links;
        branches(boxes, links);
        AutoLayout layout;
        layout.start(boxes, links);
    }
};

CONCORD_TEST(AutoLayoutTest)

} // namespace concord::test

#include "auto_layout_test.moc"
