#include "core/base/random.h"

#include "tests/support/testing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace concord;

/// Bounds are five standard deviations of the statistic under the claimed distribution; the seeds are fixed.
class RandomTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void uniformHasItsMeanAndVariance()
    {
        Random random(1);
        const int count = 100000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < count; ++i) {
            const double x = random.uniform();
            QVERIFY(x >= 0 && x < 1);
            sum += x - 0.5;
            squares += (x - 0.5) * (x - 0.5);
        }
        // Var x = 1/12; Var (x − ½)² = 1/80 − 1/144 = 1/180.
        QVERIFY(std::abs(sum / count) < 5 * std::sqrt(1.0 / 12 / count));
        QVERIFY(std::abs(squares / count - 1.0 / 12) < 5 * std::sqrt(1.0 / 180 / count));
        const double y = random.uniform(-3, -2);
        QVERIFY(y >= -3 && y < -2);
    }

    void normalHasItsMoments()
    {
        Random random(2);
        const int count = 100000;
        double moments[5] = {};
        for (int i = 0; i < count; ++i) {
            const double x = random.normal();
            QVERIFY(std::isfinite(x));
            for (int power = 1; power <= 4; ++power)
                moments[power] += std::pow(x, power) / count;
        }
        // Variances of x, x², x³, x⁴: 1, 2, 15, 96.
        const double expected[] = {0, 0, 1, 0, 3};
        const double variance[] = {0, 1, 2, 15, 96};
        for (int power = 1; power <= 4; ++power)
            QVERIFY2(std::abs(moments[power] - expected[power]) < 5 * std::sqrt(variance[power] / count), qPrintable(QString::number(power)));
    }

    void belowIsUniform()
    {
        Random random(3);
        const int count = 70000;
        int seen[7] = {};
        for (int i = 0; i < count; ++i)
            ++seen[random.below(7)];
        double chi2 = 0;
        for (const int each : seen)
            chi2 += std::pow(each - count / 7.0, 2) / (count / 7.0);
        QVERIFY2(chi2 < 22.46, qPrintable(QString::number(chi2)));   // 6 degrees of freedom, p = 0.001
        QCOMPARE(random.below(1), std::uint64_t(0));
        // The modulus alone would return a number below 2⁶² twice as often as one above: 2⁶⁴ = 4 · 2⁶², 3 · 2⁶² is the count.
        int low = 0;
        for (int i = 0; i < 30000; ++i)
            low += random.below(std::uint64_t(3) << 62) < std::uint64_t(1) << 62;
        QVERIFY(std::abs(low - 10000.0) < 5 * std::sqrt(30000 * 2.0 / 9));
    }

    void permutes()
    {
        for (const std::int64_t count : {0, 1, 2, 100}) {
            std::vector<std::int64_t> order = permutation(count, Random(4, 7));
            QVERIFY(order == permutation(count, Random(4, 7)));
            std::ranges::sort(order);
            for (std::int64_t i = 0; i < count; ++i)
                QCOMPARE(order[std::size_t(i)], i);
        }
        // Each of the 6 orders of three equally often.
        std::map<std::vector<std::int64_t>, int> seen;
        for (std::uint64_t seed = 0; seed < 12000; ++seed)
            ++seen[permutation(3, Random(seed))];
        QCOMPARE(seen.size(), std::size_t(6));
        double chi2 = 0;
        for (const auto &[order, times] : seen)
            chi2 += std::pow(times - 2000.0, 2) / 2000;
        QVERIFY2(chi2 < 20.52, qPrintable(QString::number(chi2)));   // 5 degrees of freedom, p = 0.001
    }

    void coordinatesMakeDifferentStreams()
    {
        std::set<std::uint64_t> first;
        for (std::uint64_t seed = 0; seed < 6; ++seed)
            for (std::uint64_t a = 0; a < 6; ++a)
                for (std::uint64_t b = 0; b < 6; ++b)
                    for (std::uint64_t c = 0; c < 6; ++c)
                        first.insert(Random(seed, a, b, c).bits());
        QCOMPARE(first.size(), std::size_t(6 * 6 * 6 * 6));
    }

    void goesOnFromAState()
    {
        Random random(5);
        random.normal();
        Random other(0);
        other.setState(random.state());
        for (int i = 0; i < 5; ++i)
            QCOMPARE(other.bits(), random.bits());
    }

    void chanceKeepsItsPromise()
    {
        Random random(6);
        int hits = 0;
        for (int i = 0; i < 10000; ++i)
            hits += random.chance(0.3);
        QVERIFY(std::abs(hits - 3000) < 5 * std::sqrt(10000 * 0.3 * 0.7));
        QVERIFY(!random.chance(0));
        QVERIFY(random.chance(1));
    }
};

CONCORD_TEST(RandomTest)
#include "random_test.moc"
