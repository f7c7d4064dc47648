#include "core/data/box.h"
#include "core/data/scenes/render.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <algorithm>
#include <map>
#include <set>

using namespace concord;
using namespace concord::test;

/// Boxes of the built-in scenes against their segmentation and against rays of the test's own.
class SceneBoxesTest : public QObject
{
    Q_OBJECT

    static constexpr std::int64_t side = 48;
    static constexpr int firstObject = int(SceneClass::table);
    std::shared_ptr<const Dataset> data_;

    struct Pixels
    {
        std::int64_t left, top, right, bottom;
    };

    static Pixels pixelsOf(const Box &box)
    {
        const auto round = [](float share) { return std::int64_t(std::lround(share * side)); };
        return {round(box.left), round(box.top), round(box.right), round(box.bottom)};
    }

private Q_SLOTS:
    void initTestCase()
    {
        data_ = dataBlock("scenes", {{"size", side}, {"tasks", std::vector<std::string>{"segmentation", "boxes"}}})->open(Split::train, 1);
    }

    /// Each side of a box touches a pixel of its class inside the box; all pixels of furniture lie in boxes of their class, but for pieces too small to count.
    void agreeWithTheSegmentation()
    {
        int alone = 0;
        for (std::int64_t i = 0; i < 60; ++i) {
            const Sample sample = data_->get(i);
            const auto classAt = [&](std::int64_t x, std::int64_t y) { return int(sample.labels[0][std::size_t(y * side + x)]); };
            const std::vector<ScoredBox> boxes = boxesOfLabel(sample.labels[1]);
            QVERIFY(!boxes.empty());
            std::map<int, std::vector<Pixels>> byClass;
            for (const ScoredBox &box : boxes) {
                const Pixels at = pixelsOf(box.box);
                byClass[box.id].push_back(at);
                bool touches[4] = {};
                for (std::int64_t y = at.top; y < at.bottom; ++y)
                    for (std::int64_t x = at.left; x < at.right; ++x)
                        if (classAt(x, y) == box.id + firstObject) {
                            touches[0] |= x == at.left;
                            touches[1] |= y == at.top;
                            touches[2] |= x + 1 == at.right;
                            touches[3] |= y + 1 == at.bottom;
                        }
                QVERIFY(touches[0] && touches[1] && touches[2] && touches[3]);
            }
            std::map<int, int> outside;
            std::map<int, Pixels> around;
            for (std::int64_t y = 0; y < side; ++y)
                for (std::int64_t x = 0; x < side; ++x) {
                    const int id = classAt(x, y) - firstObject;
                    if (id < 0)
                        continue;
                    const auto holds = [&](const Pixels &box) { return x >= box.left && x < box.right && y >= box.top && y < box.bottom; };
                    outside[id] += std::ranges::none_of(byClass[id], holds);
                    Pixels &all = around.try_emplace(id, Pixels{x, y, x + 1, y + 1}).first->second;
                    all = {std::min(all.left, x), std::min(all.top, y), std::max(all.right, x + 1), std::max(all.bottom, y + 1)};
                }
            for (const auto &[id, count] : outside) {
                QVERIFY(count <= 4 * int(side * side / 500));   // a few pieces of less than a 500th of the image
                if (count > 0 || byClass[id].size() != 1)
                    continue;
                ++alone;
                const Pixels &box = byClass[id].front();
                const Pixels &all = around.at(id);
                QVERIFY(std::abs(box.left - all.left) + std::abs(box.top - all.top) + std::abs(box.right - all.right) + std::abs(box.bottom - all.bottom) == 0);
            }
        }
        QVERIFY2(alone > 80, qPrintable(QString::number(alone)));
    }

    /// Pieces of one class that stand side by side have a box each: counted by rays through the pixels' centres.
    void eachPieceHasItsOwn()
    {
        int several = 0;
        for (std::int64_t i = 0; i < 30; ++i) {
            const SceneRoom room = makeSceneRoom(Random(1, std::uint64_t(Split::train), std::uint64_t(i), 1));
            const float focal = sceneFocal(side, side);
            std::map<int, int> pixels;
            for (std::int64_t y = 0; y < side; ++y)
                for (std::int64_t x = 0; x < side; ++x) {
                    const SceneCamera &camera = room.camera;
                    const Vec3 ray = camera.ahead + camera.right * ((float(x) + 0.5f - side / 2) / focal) + camera.down * ((float(y) + 0.5f - side / 2) / focal);
                    ++pixels[trace(room, camera.position, ray).piece];
                }
            std::map<int, int> expected;
            for (const auto &[piece, count] : pixels)
                if (piece >= 0 && 500 * count >= side * side)
                    ++expected[int(room.pieces[std::size_t(piece)].label) - firstObject];
            std::map<int, int> found;
            for (const ScoredBox &box : boxesOfLabel(data_->get(i).labels[1]))
                ++found[box.id];
            QCOMPARE(found, expected);
            several += std::ranges::any_of(found, [](const auto &entry) { return entry.second > 1; });
        }
        QVERIFY(several > 5);
    }

    void areOfferedOnRequestOnly()
    {
        const auto usual = dataBlock("scenes", {{"size", side}});
        QCOMPARE(usual->describe().tasks.size(), 4u);
        const auto block = dataBlock("scenes", {{"size", side}, {"tasks", std::vector<std::string>{"boxes", "depth"}}});
        const DatasetInfo info = block->describe();
        QCOMPARE(info.tasks[0].kind, TaskKind::boxes);
        QCOMPARE(info.tasks[0].classes, 8);
        QCOMPARE(info.tasks[0].classNames.front(), std::string("table"));
        QCOMPARE(info.labelShapes[0], (Shape{mostBoxes, 5}));
        // The same rooms and pixels as without them.
        const Sample with = block->open(Split::train, 1)->get(7);
        const Sample without = usual->open(Split::train, 1)->get(7);
        QVERIFY(with.image == without.image && with.labels[1] == without.labels[1]);
        std::set<float> classes;
        for (std::int64_t i = 0; i < 60; ++i)
            for (const ScoredBox &box : boxesOfLabel(data_->get(i).labels[1]))
                classes.insert(float(box.id));
        QCOMPARE(classes.size(), 8u);
    }
};

CONCORD_TEST(SceneBoxesTest)
#include "scene_boxes_test.moc"
