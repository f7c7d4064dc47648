#include "core/base/random.h"
#include "core/data/box.h"
#include "core/data/loader.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <cmath>

using namespace concord;
using namespace concord::test;

class AugmentTest : public QObject
{
    Q_OBJECT

    static std::shared_ptr<const Dataset> scenes() { return dataBlock("scenes", {{"size", std::vector<std::int64_t>{24, 32}}})->open(Split::train, 1); }

    /// A random stream whose first decision is to flip, or not.
    static Random decided(bool flips)
    {
        for (std::uint64_t seed = 0;; ++seed)
            if (Random(seed).chance(0.5) == flips)
                return Random(seed);
    }

    static bool isSame(const Sample &a, const Sample &b) { return a.image == b.image && a.labels == b.labels; }

private Q_SLOTS:
    void flippingTwiceIsNoFlip()
    {
        const auto data = scenes();
        const LoaderOptions options{.flip = true};
        const Sample original = data->get(0);
        Sample sample = original;
        augment(sample, data->info(), options, decided(true));
        QVERIFY(!isSame(sample, original));
        augment(sample, data->info(), options, decided(true));
        QVERIFY(isSame(sample, original));
        augment(sample, data->info(), options, decided(false));
        QVERIFY(isSame(sample, original));
    }

    void aFlipMirrorsPixelsAndTurnsNormals()
    {
        const auto data = scenes();
        const Sample original = data->get(3);
        Sample sample = original;
        augment(sample, data->info(), {.flip = true}, decided(true));
        const std::size_t pixels = 24 * 32;
        for (std::size_t y = 0; y < 24; ++y)
            for (std::size_t x = 0; x < 32; ++x) {
                const std::size_t here = y * 32 + x;
                const std::size_t there = y * 32 + 31 - x;
                for (std::size_t c = 0; c < 3; ++c)
                    QCOMPARE(sample.image[c * pixels + here], original.image[c * pixels + there]);
                QCOMPARE(sample.labels[0][here], original.labels[0][there]);
                QCOMPARE(sample.labels[1][here], original.labels[1][there]);
                QCOMPARE(sample.labels[3][here], original.labels[3][there]);
                QCOMPARE(sample.labels[2][here], -original.labels[2][there]);
                QCOMPARE(sample.labels[2][pixels + here], original.labels[2][pixels + there]);
                QCOMPARE(sample.labels[2][2 * pixels + here], original.labels[2][2 * pixels + there]);
            }
    }

    void digitsAreNeverMirrored()
    {
        DatasetInfo info;
        info.image = {1, 1, 3};
        info.tasks = {{.name = "digit", .kind = TaskKind::classification, .classes = 10}};
        info.labelShapes = {{}};
        info.mayFlip = false;
        Sample sample{.image = {1, 2, 3}, .labels = {{7}}};
        augment(sample, info, {.flip = true}, decided(true));
        QCOMPARE(sample.image, (std::vector<float>{1, 2, 3}));
        info.mayFlip = true;
        augment(sample, info, {.flip = true}, decided(true));
        QCOMPARE(sample.image, (std::vector<float>{3, 2, 1}));
        QCOMPARE(sample.labels[0], std::vector<float>{7});
    }

    /// On an image that holds its own coordinates the crop's place and zoom can be read off, and every label must agree.
    void aCropScalesDepthAndKeepsRegister()
    {
        DatasetInfo info;
        constexpr std::int64_t side = 40;
        info.image = {2, side, side};
        info.tasks = {{.name = "seg", .kind = TaskKind::segmentation, .classes = 2000},
                      {.name = "depth", .kind = TaskKind::depth, .classes = 1},
                      {.name = "gone", .kind = TaskKind::edges, .classes = 1}};
        info.labelShapes = {{side, side}, {1, side, side}, {1, side, side}};
        Sample original;
        for (int channel = 0; channel < 2; ++channel)
            for (int y = 0; y < side; ++y)
                for (int x = 0; x < side; ++x)
                    original.image.push_back(float(channel == 0 ? x : y));
        original.labels = {{}, std::vector<float>(side * side, 4.0f), {}};
        original.labels[1][0] = -1;
        for (int i = 0; i < side * side; ++i)
            original.labels[0].push_back(float(i));
        int zoomed = 0;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            Sample sample = original;
            augment(sample, info, {.cropScale = 0.5}, Random(seed));
            QVERIFY(sample.labels[2].empty());
            const float scale = (sample.image[30] - sample.image[10]) / 20; // source pixels per pixel, away from the clamped border
            QVERIFY(scale >= 0.49f && scale <= 1.01f);
            zoomed += scale < 0.9f;
            for (std::size_t i = 0; i < sample.labels[0].size(); ++i) {
                const auto x = float(int(sample.labels[0][i]) % side);
                const auto y = float(int(sample.labels[0][i]) / side);
                QVERIFY(std::abs(x - sample.image[i]) <= 0.51f && std::abs(y - sample.image[side * side + i]) <= 0.51f);
                if (sample.labels[1][i] > 0)
                    QVERIFY(std::abs(sample.labels[1][i] - 4 * scale) < 0.02f);
            }
        }
        QVERIFY(zoomed > 5);
    }

    /// Boxes go where the pixels go: around a bright rectangle, before and after.
    void boxesFollowTheirPixels()
    {
        constexpr std::int64_t side = 64;
        DatasetInfo info;
        info.image = {1, side, side};
        info.tasks = {{.name = "boxes", .kind = TaskKind::boxes, .classes = 2}};
        info.labelShapes = {labelShape(info.tasks[0], info.image)};
        Sample original;
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x)
                original.image.push_back(x >= 20 && x < 36 && y >= 24 && y < 32 ? 1.0f : 0.0f);
        original.labels = {labelOfBoxes({{.id = 1, .score = 1, .box = {20 / 64.f, 24 / 64.f, 36 / 64.f, 32 / 64.f}}, {.id = 0, .score = 1, .box = {0, 0, 2 / 64.f, 2 / 64.f}}})};
        int cropped = 0;
        for (std::uint64_t seed = 0; seed < 30; ++seed) {
            Sample sample = original;
            augment(sample, info, {.flip = true, .cropScale = 0.5}, Random(seed));
            std::int64_t left = side, top = side, right = 0, bottom = 0;
            for (std::int64_t i = 0; i < side * side; ++i)
                if (sample.image[std::size_t(i)] > 0.5f) {
                    left = std::min(left, i % side);
                    right = std::max(right, i % side + 1);
                    top = std::min(top, i / side);
                    bottom = std::max(bottom, i / side + 1);
                }
            const std::vector<ScoredBox> boxes = boxesOfLabel(sample.labels[0]);
            QCOMPARE(sample.labels[0].size(), original.labels[0].size());
            QVERIFY(!boxes.empty() && boxes[0].id == 1);
            cropped += boxes.size() == 1;   // the corner's box was cut away
            const Box &box = boxes[0].box;
            QVERIFY(std::abs(box.left * side - float(left)) < 1.1f && std::abs(box.right * side - float(right)) < 1.1f);
            QVERIFY(std::abs(box.top * side - float(top)) < 1.1f && std::abs(box.bottom * side - float(bottom)) < 1.1f);
        }
        QVERIFY(cropped > 5);
    }

    void vectorsAreLeftAlone()
    {
        DatasetInfo info;
        info.image = {3};
        Sample sample{.image = {1, 2, 3}};
        augment(sample, info, {.flip = true, .cropScale = 0.5}, decided(true));
        QCOMPARE(sample.image, (std::vector<float>{1, 2, 3}));
    }
};

CONCORD_TEST(AugmentTest)
#include "augment_test.moc"
