#include "core/data/box.h"
#include "core/data/dataset.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

using namespace concord;

class BoxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void overlapIsIntersectionOverUnion()
    {
        const Box unit{0, 0, 0.5f, 0.5f};
        QCOMPARE(overlap(unit, unit), 1.0);
        QCOMPARE(overlap(unit, {0.25f, 0, 0.75f, 0.5f}), 1.0 / 3);         // half of each of two
        QCOMPARE(overlap(unit, {0.25f, 0.25f, 0.75f, 0.75f}), 1.0 / 7);
        QCOMPARE(overlap(unit, {0, 0, 1, 1}), 0.25);
        QCOMPARE(overlap(unit, {0.5f, 0, 1, 0.5f}), 0.0);                  // they touch
        QCOMPARE(overlap({0.5f, 0, 0.25f, 1}, {0, 0, 1, 1}), 0.0);         // turned inside out
        QCOMPARE(overlap({}, {}), 0.0);
    }

    void labelsKeepBoxes()
    {
        const std::vector<ScoredBox> boxes = {{.id = 3, .score = 1, .box = {0, 0.25f, 0.5f, 1}}, {.id = 0, .score = 1, .box = {0.5f, 0, 1, 1}}};
        const std::vector<float> label = labelOfBoxes(boxes);
        QCOMPARE(label.size(), std::size_t(mostBoxes * boxNumbers));
        QCOMPARE(boxesOfLabel(label), boxes);
        QVERIFY(boxesOfLabel(labelOfBoxes({})).empty());
        VERIFY_COMPLAINT(labelOfBoxes(std::vector<ScoredBox>(33)), "at most 32", "found 33");
    }
};

CONCORD_TEST(BoxTest)
#include "box_test.moc"
