#include "ui/plot/min_max_pyramid.h"

#include "tests/support/testing.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace concord::test {

class MinMaxPyramidTest : public QObject
{
    Q_OBJECT

private:
    static MinMaxPyramid filled(const std::vector<double> &values)
    {
        MinMaxPyramid pyramid;
        for (const double value : values)
            pyramid.append(value);
        return pyramid;
    }

private Q_SLOTS:
    void keepsTheExtremesOfAnyPart()
    {
        std::mt19937 random(3);
        std::normal_distribution<double> normal;
        for (const std::size_t size : {1u, 3u, 4u, 17u, 64u, 1000u, 4097u, 20000u}) {
            std::vector<double> values(size);
            for (double &value : values)
                value = normal(random) * std::exp(normal(random));
            const MinMaxPyramid pyramid = filled(values);
            for (int trial = 0; trial < 200; ++trial) {
                std::size_t from = random() % size;
                std::size_t to = from + 1 + random() % (size - from);
                const auto [low, high] = std::minmax_element(values.begin() + std::ptrdiff_t(from), values.begin() + std::ptrdiff_t(to));
                const std::vector<std::size_t> indices = pyramid.outline(from, to, 1 + random() % 400);
                QVERIFY(std::ranges::is_sorted(indices));
                QCOMPARE(std::ranges::adjacent_find(indices), indices.end());
                QCOMPARE(indices.front(), from);
                QCOMPARE(indices.back(), to - 1);
                double seenLow = INFINITY;
                double seenHigh = -INFINITY;
                for (const std::size_t index : indices) {
                    seenLow = std::min(seenLow, values[index]);
                    seenHigh = std::max(seenHigh, values[index]);
                }
                QCOMPARE(seenLow, *low);
                QCOMPARE(seenHigh, *high);
                const MinMaxPyramid::Range range = pyramid.range(from, to);
                QCOMPARE(range.low, *low);
                QCOMPARE(range.high, *high);
            }
        }
    }

    void isExactWhenFewAreInView()
    {
        const MinMaxPyramid pyramid = filled(std::vector<double>(5000, 1));
        const std::vector<std::size_t> indices = pyramid.outline(1000, 1300, 300);
        QCOMPARE(indices.size(), std::size_t(300));
        for (std::size_t i = 0; i < indices.size(); ++i)
            QCOMPARE(indices[i], 1000 + i);
    }

    void staysWithinItsBudget()
    {
        std::vector<double> values(100000);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(double(i) * 12.9898) * 43758.5453;
        const MinMaxPyramid pyramid = filled(values);
        // Parts that begin and end inside a bucket cost a few more.
        for (const std::size_t budget : {100u, 800u, 2000u})
            QVERIFY2(pyramid.outline(17, 99991, budget).size() <= budget + 80, qPrintable(QString::number(pyramid.outline(17, 99991, budget).size())));
    }

    void passesOverWhatIsNoNumber()
    {
        const MinMaxPyramid pyramid = filled({NAN, 5, NAN, 2, NAN, NAN, NAN, NAN, INFINITY});
        const MinMaxPyramid::Range range = pyramid.range(0, 9);
        QCOMPARE(range.low, 2.0);
        QCOMPARE(range.high, 5.0);
        QVERIFY(pyramid.range(4, 8).low > pyramid.range(4, 8).high);
        QVERIFY(pyramid.outline(3, 3, 10).empty());
    }
};

CONCORD_TEST(MinMaxPyramidTest)

} // namespace concord::test

#include "min_max_pyramid_test.moc"
