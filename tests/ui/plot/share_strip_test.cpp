#include "ui/plot/share_strip.h"

#include "tests/support/testing.h"

#include <cmath>

namespace concord::test {

class ShareStripTest : public QObject
{
    Q_OBJECT

    static bool alike(const std::vector<double> &a, const std::vector<double> &b)
    {
        return std::ranges::equal(a, b, [](double x, double y) { return std::abs(x - y) < 1e-6; });
    }

private Q_SLOTS:
    void pixelsAreMeansOfWhatFallsOnThem()
    {
        const std::vector<float> values = {0, 1, 2, 3, 10, 20, 30, 40};
        std::vector<StripPoint> points;
        for (std::size_t i = 0; i < values.size(); ++i)
            points.push_back({std::int64_t(i), {&values[i], 1}});
        // Steps 0 … 7 on two pixels: 0 … 3 on the left one, 4 … 7 on the right one.
        QVERIFY(alike(stripSamples(points, 1, 2), {1.5, 25}));
    }

    void betweenPointsIsAStraightLine()
    {
        const std::vector<float> values = {0, 1, 10, 0};
        const std::vector<StripPoint> points = {{100, {&values[0], 2}}, {200, {&values[2], 2}}};
        const std::vector<double> samples = stripSamples(points, 2, 10);
        // The centre of pixel 4 is at step 145; points lie on the first and the last pixel.
        QVERIFY(std::abs(samples[8] - 4.5) < 1e-6 && std::abs(samples[9] - 0.55) < 1e-6);
        QVERIFY(samples[0] == 0 && samples[1] == 1 && samples[18] == 10 && samples[19] == 0);
        QVERIFY(alike(stripSamples({points[1]}, 2, 3), {10, 0, 10, 0, 10, 0}));   // one moment is all of the run
        QVERIFY(alike(stripSamples({}, 2, 1), {0, 0}));
    }

    void bandsAreAsHighAsTheirShares()
    {
        const std::vector<QColor> colours = {Qt::red, Qt::green, Qt::blue};
        const QImage image = stackedStrip({0.2, 0.3, 0.5, 0, 0.25, 0.75}, colours, {2, 100}, Qt::black);
        int counts[2][3] = {};
        for (int x = 0; x < 2; ++x)
            for (int y = 0; y < 100; ++y)
                for (int c = 0; c < 3; ++c)
                    counts[x][c] += image.pixelColor(x, y) == colours[std::size_t(c)];
        const int expected[2][3] = {{20, 30, 50}, {0, 25, 75}};
        for (int x = 0; x < 2; ++x)
            for (int c = 0; c < 3; ++c)
                QVERIFY(std::abs(counts[x][c] - expected[x][c]) <= 1);
        QCOMPARE(image.pixelColor(0, 99), QColor(Qt::red));
        QCOMPARE(image.pixelColor(0, 0), QColor(Qt::blue));
    }

    void linesAreWhereTheirValuesAre()
    {
        const QImage image = lineStrip(std::vector<double>(8, 0.25), {Qt::white}, {8, 102}, Qt::black, 0, 1, 2);
        // Centre at 102 − 1 − 100 · 0.25 = 76: pixels 75 and 76.
        QCOMPARE(image.pixelColor(4, 75), QColor(Qt::white));
        QCOMPARE(image.pixelColor(4, 76), QColor(Qt::white));
        QCOMPARE(image.pixelColor(4, 73), QColor(Qt::black));
        QCOMPARE(image.pixelColor(4, 78), QColor(Qt::black));
        const QImage none = lineStrip(std::vector<double>(8, std::nan("")), {Qt::white}, {8, 20}, Qt::black, 0, 1, 2);
        QCOMPARE(none.pixelColor(3, 10), QColor(Qt::black));
    }
};

CONCORD_TEST(ShareStripTest)

} // namespace concord::test

#include "share_strip_test.moc"
