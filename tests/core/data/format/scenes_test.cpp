#include "core/data/scenes/render.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <QElapsedTimer>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <thread>

using namespace concord;
using namespace concord::test;

/// What the labels of the built-in scenes promise.
class ScenesTest : public QObject
{
    Q_OBJECT

    static constexpr std::size_t side = 64;
    std::shared_ptr<const Dataset> data_;

    static std::array<double, 3> unproject(const std::vector<float> &depth, std::size_t x, std::size_t y)
    {
        const double focal = sceneFocal(side, side);
        const double z = depth[y * side + x];
        return {(double(x) + 0.5 - side / 2.0) / focal * z, (double(y) + 0.5 - side / 2.0) / focal * z, z};
    }

private Q_SLOTS:
    void initTestCase() { data_ = dataBlock("scenes", {{"size", std::int64_t(side)}, {"noise", 0.0}})->open(Split::train, 1); }

    void labelsKeepTheirRanges()
    {
        for (std::int64_t i = 0; i < 20; ++i) {
            const Sample sample = data_->get(i);
            QCOMPARE(sample.image.size(), 3 * side * side);
            QVERIFY(std::ranges::all_of(sample.image, [](float v) { return v >= 0 && v <= 1; }));
            QVERIFY(std::ranges::all_of(sample.labels[0], [](float v) { return v >= 0 && v < 12 && v == std::floor(v); }));
            QVERIFY(std::ranges::all_of(sample.labels[1], [](float v) { return std::isfinite(v) && v > 0.1f && v < 12; }));
            QVERIFY(std::ranges::all_of(sample.labels[3], [](float v) { return v == 0 || v == 1; }));
            for (std::size_t p = 0; p < side * side; ++p) {
                const std::vector<float> &n = sample.labels[2];
                const double norm = std::hypot(double(n[p]), double(n[side * side + p]), double(n[2 * side * side + p]));
                QVERIFY(std::abs(norm - 1) < 1e-5);
            }
        }
    }

    /// Everywhere the surface is seen from outside: the normal shows against the ray.
    void normalsFaceTheCamera()
    {
        const double focal = sceneFocal(side, side);
        for (std::int64_t i = 0; i < 20; ++i) {
            const std::vector<float> n = data_->get(i).labels[2];
            for (std::size_t p = 0; p < side * side; ++p) {
                const double x = (double(p % side) + 0.5 - side / 2.0) / focal;
                const double y = (double(p / side) + 0.5 - side / 2.0) / focal;
                QVERIFY(n[p] * x + n[side * side + p] * y + n[2 * side * side + p] < 1e-4);
            }
        }
    }

    /// Depth says the same as normals: the finite-difference normal of unprojected depth, inside surfaces. A depth along the ray, a
    /// flipped axis or a world-frame normal all fail this.
    void depthAndNormalsAgree()
    {
        int inside = 0;
        int agree = 0;
        for (std::int64_t i = 0; i < 20; ++i) {
            const Sample sample = data_->get(i);
            const std::vector<float> &n = sample.labels[2];
            for (std::size_t y = 1; y + 1 < side; ++y)
                for (std::size_t x = 1; x + 1 < side; ++x) {
                    const std::size_t p = y * side + x;
                    bool isInterior = true;
                    for (const std::size_t q : {p - 1, p + 1, p - side, p + side}) {
                        const double cosine = n[p] * n[q] + n[side * side + p] * n[side * side + q] + n[2 * side * side + p] * n[2 * side * side + q];
                        isInterior &= sample.labels[0][p] == sample.labels[0][q] && cosine > 0.95;
                    }
                    if (!isInterior)
                        continue;
                    const auto left = unproject(sample.labels[1], x - 1, y);
                    const auto right = unproject(sample.labels[1], x + 1, y);
                    const auto above = unproject(sample.labels[1], x, y - 1);
                    const auto below = unproject(sample.labels[1], x, y + 1);
                    const double a[3] = {right[0] - left[0], right[1] - left[1], right[2] - left[2]};
                    const double b[3] = {below[0] - above[0], below[1] - above[1], below[2] - above[2]};
                    // y down, z ahead is right-handed: along y × along x shows to the camera.
                    const double cross[3] = {b[1] * a[2] - b[2] * a[1], b[2] * a[0] - b[0] * a[2], b[0] * a[1] - b[1] * a[0]};
                    const double norm = std::hypot(cross[0], cross[1], cross[2]);
                    const double cosine = (cross[0] * n[p] + cross[1] * n[side * side + p] + cross[2] * n[2 * side * side + p]) / norm;
                    ++inside;
                    agree += cosine > std::cos(5 * 3.14159265 / 180);
                }
        }
        QVERIFY(inside > 40000);
        QVERIFY2(agree > 0.97 * inside, qPrintable(QString("%1 of %2").arg(agree).arg(inside)));
    }

    void edgesAreWhereClassesMeet()
    {
        const Sample sample = data_->get(2);
        const std::vector<float> &classes = sample.labels[0];
        int edges = 0;
        for (std::size_t y = 0; y < side; ++y)
            for (std::size_t x = 0; x < side; ++x) {
                const std::size_t p = y * side + x;
                const bool expected = (x > 0 && classes[p - 1] != classes[p]) || (x + 1 < side && classes[p + 1] != classes[p]) ||
                                      (y > 0 && classes[p - side] != classes[p]) || (y + 1 < side && classes[p + side] != classes[p]);
                QCOMPARE(sample.labels[3][p], float(expected));
                edges += expected;
            }
        QVERIFY(edges > 50 && edges < int(side * side / 2));
    }

    void everyClassOccurs()
    {
        std::map<float, int> images;
        for (std::int64_t i = 0; i < 50; ++i) {
            std::map<float, int> pixels;
            const Sample sample = data_->get(i);
            for (const float id : sample.labels[0])
                ++pixels[id];
            for (const auto &[id, count] : pixels)
                images[id] += count >= 10;
        }
        for (std::size_t id = 0; id < sceneClassNames().size(); ++id)
            QVERIFY2(images[float(id)] >= 3, sceneClassNames()[id].c_str());
    }

    /// Neither too dark nor washed out, and rooms differ.
    void imagesAreWellExposed()
    {
        std::vector<double> means;
        for (std::int64_t i = 0; i < 40; ++i) {
            const std::vector<float> image = data_->get(i).image;
            double sum = 0;
            double squares = 0;
            for (const float v : image) {
                sum += v;
                squares += v * v;
            }
            const double mean = sum / double(image.size());
            means.push_back(mean);
            QVERIFY2(mean > 0.12 && mean < 0.85, qPrintable(QString("image %1: mean %2").arg(i).arg(mean)));
            QVERIFY(std::sqrt(squares / double(image.size()) - mean * mean) > 0.05);
        }
        std::ranges::sort(means);
        QVERIFY(means[20] > 0.3 && means[20] < 0.65);
    }

    void orderAndThreadsDoNotMatter()
    {
        const auto scenes = [] { return dataBlock("scenes", {{"size", std::int64_t(24)}, {"seed", std::int64_t(9)}})->open(Split::train, 1); };
        const auto a = scenes();
        const auto b = dataBlock("scenes", {{"size", std::int64_t(24)}, {"seed", std::int64_t(9)}, {"train", std::int64_t(77)}})->open(Split::train, 8);
        std::vector<Sample> first(8);
        {
            std::vector<std::jthread> threads;
            for (std::size_t t = 0; t < 4; ++t)
                threads.emplace_back([&, t] {
                    for (const std::size_t i : {t, t + 4})
                        first[i] = a->get(std::int64_t(i));
                });
        }
        for (std::int64_t i = 7; i >= 0; --i) {
            const Sample again = b->get(i);
            QVERIFY(first[std::size_t(i)].image == again.image && first[std::size_t(i)].labels == again.labels);
        }
    }

    void splitsAndSeedsAreOtherRooms()
    {
        const auto open = [](Split split, std::int64_t seed) {
            return dataBlock("scenes", {{"size", std::int64_t(16)}, {"seed", seed}})->open(split, 1)->get(0).labels[1];
        };
        QVERIFY(open(Split::train, 1) != open(Split::validation, 1));
        QVERIFY(open(Split::train, 1) != open(Split::test, 1));
        QVERIFY(open(Split::train, 1) != open(Split::train, 2));
    }

    void noiseIsOfTheGivenSize()
    {
        const auto noisy = dataBlock("scenes", {{"size", std::int64_t(side)}, {"noise", 0.03}})->open(Split::train, 1);
        const Sample a = data_->get(1);
        const Sample b = noisy->get(1);
        QCOMPARE(a.labels, b.labels);
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (std::size_t i = 0; i < a.image.size(); ++i)
            if (a.image[i] > 0.15f && a.image[i] < 0.85f) { // away from clipping
                const double difference = b.image[i] - a.image[i];
                sum += difference;
                squares += difference * difference;
                ++count;
            }
        QVERIFY(count > 3000);
        QVERIFY(std::abs(sum / count) < 0.002);
        QVERIFY(std::abs(std::sqrt(squares / count) - 0.03) < 0.002);
    }

    void labelsAreWithheldInTrainingOnly()
    {
        const auto block = dataBlock("scenes", {{"size", std::int64_t(8)}, {"missing", 0.5}});
        const auto missing = [&](Split split) {
            int count = 0;
            for (std::int64_t i = 0; i < 100; ++i)
                count += int(std::ranges::count_if(block->open(split, 1)->get(i).labels, &std::vector<float>::empty));
            return count;
        };
        QVERIFY(std::abs(missing(Split::train) - 200) < 50);
        QCOMPARE(missing(Split::validation), 0);
    }

    void counts()
    {
        const auto block = dataBlock("scenes", {});
        QCOMPARE(block->open(Split::train, 1)->size(), 4000);
        QCOMPARE(block->open(Split::validation, 1)->size(), 500);
        QCOMPARE(block->open(Split::test, 1)->size(), 500);
    }

    void anySize()
    {
        const auto block = dataBlock("scenes", {{"size", std::vector<std::int64_t>{17, 41}}, {"tasks", std::vector<std::string>{"normals"}}});
        const Sample sample = block->open(Split::train, 1)->get(0);
        QCOMPARE(sample.image.size(), 3u * 17 * 41);
        QCOMPARE(sample.labels.size(), 1u);
        QCOMPARE(sample.labels[0].size(), 3u * 17 * 41);
    }

    /// Printed, never judged: the goal is 300 images/s on two cores.
    void printsItsSpeed()
    {
        const auto rooms = dataBlock("scenes", {{"size", std::int64_t(64)}})->open(Split::train, 1);
        QElapsedTimer timer;
        timer.start();
        for (std::int64_t i = 0; i < 200; ++i)
            QCOMPARE(rooms->get(i).image.size(), 3u * 64 * 64);
        qInfo("%.0f images/s of 64 x 64 in one thread", 200e3 / double(timer.elapsed()));
    }

    void badParametersAreNamed()
    {
        VERIFY_COMPLAINT(dataBlock("scenes", {{"tasks", std::vector<std::string>{}}})->describe(), "tasks", "found none");
        VERIFY_COMPLAINT(dataBlock("scenes", {{"tasks", std::vector<std::string>{"dept"}}})->describe(), "'dept'", "did you mean 'depth'");
        VERIFY_COMPLAINT(dataBlock("scenes", {{"tasks", std::vector<std::string>{"depth", "depth"}}})->describe(), "each task once");
        VERIFY_COMPLAINT(dataBlock("scenes", {{"size", std::vector<std::int64_t>{16, 16, 16}}})->describe(), "size", "found 3 numbers");
        VERIFY_COMPLAINT(dataBlock("scenes", {{"size", std::int64_t(2)}}), "size", "between 8 and 2048", "found 2");
    }
};

CONCORD_TEST(ScenesTest)
#include "scenes_test.moc"
