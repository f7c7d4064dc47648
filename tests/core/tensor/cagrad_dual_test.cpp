#include "core/tensor/cagrad_dual.h"

#include "core/tensor/min_norm.h"
#include "tests/core/tensor/sampled_jacobian.h"
#include "tests/support/testing.h"

#include <algorithm>

namespace concord::test {

class CagradDualTest : public QObject
{
    Q_OBJECT

private:
    static std::vector<double> direction(const SampledJacobian &j, double c)
    {
        std::vector<double> weights = solveCagradDual(j.gramian(), j.tasks, c).extra;
        for (double &weight : weights)
            weight += 1.0 / j.tasks;
        return j.combine(weights);
    }

    static std::vector<double> mean(const SampledJacobian &j) { return j.combine(std::vector<double>(j.tasks, 1.0 / j.tasks)); }

    static double worst(const SampledJacobian &j, const std::vector<double> &d)
    {
        double result = 1e300;
        for (int i = 0; i < j.tasks; ++i)
            result = std::min(result, dotProduct({j.values.begin() + i * j.params, j.values.begin() + (i + 1) * j.params}, d));
        return result;
    }

    /// The dual's value at w; an upper bound of every reachable worst product.
    static double dual(const SampledJacobian &j, const std::vector<double> &w, double c)
    {
        const std::vector<double> g = j.combine(w);
        const std::vector<double> g0 = mean(j);
        return dotProduct(g, g0) + c * std::sqrt(dotProduct(g0, g0) * dotProduct(g, g));
    }

private Q_SLOTS:
    void knowsTheTextbookExample()
    {
        const SampledJacobian j{.name = "", .tasks = 2, .params = 3, .values = {-4, 1, 1, 6, 1, 1}};
        const auto verify = [&](double c, double first, double second) {
            const std::vector<double> d = direction(j, c);
            QVERIFY(std::abs(d[0] - first) < 1e-6);
            QVERIFY(std::abs(d[1] - second) < 1e-6);
            QVERIFY(std::abs(d[2] - second) < 1e-6);
        };
        verify(0.4, 0.346803, 1.163299);
        verify(0.5, 0.183503, 1.204124);
        verify(0, 1, 1);
    }

    void reachesTheBoundOfAFineGridForThree()
    {
        for (std::uint64_t seed = 0; seed < 12; ++seed)
            for (const double c : {0.2, 0.5, 0.9, 1.5}) {
                const SampledJacobian j = normalJacobian("", 3, 4, 3, 0.4, 1, seed);
                double bound = 1e300;
                constexpr int steps = 200;
                for (int a = 0; a <= steps; ++a)
                    for (int b = 0; a + b <= steps; ++b)
                        bound = std::min(bound, dual(j, {double(a) / steps, double(b) / steps, double(steps - a - b) / steps}, c));
                const std::vector<double> g0 = mean(j);
                const double size = j.longestRow() * (1 + c) * std::sqrt(dotProduct(g0, g0));
                const double found = worst(j, direction(j, c));
                QVERIFY(found <= bound + 1e-9 * size);
                QVERIFY2(found >= bound - 0.02 * size, qPrintable(QString("%1 %2").arg(found).arg(bound)));
            }
    }

    void isOptimalEverywhere_data()
    {
        QTest::addColumn<int>("index");
        QTest::addColumn<double>("c");
        const auto all = sampledJacobians();
        for (std::size_t i = 0; i < all.size(); ++i)
            for (const double c : {0.01, 0.4, 0.95, 1.0, 3.0, 1e4})
                QTest::newRow(qPrintable(QString("%1_c%2").arg(all[i].name.c_str()).arg(c))) << int(i) << c;
    }

    /// The direction lies in the ball, and the reported residual is the gap to the dual's bound.
    void isOptimalEverywhere()
    {
        QFETCH(int, index);
        QFETCH(double, c);
        const SampledJacobian j = sampledJacobians()[index];
        const CagradDual dual = solveCagradDual(j.gramian(), j.tasks, c);
        for (const double value : dual.extra)
            QVERIFY(std::isfinite(value));
        const bool stationary = minNormPoint(j.gramian(), j.tasks).squaredNorm <= 1e-12 * j.longestRow() * j.longestRow();
        QVERIFY2(dual.residual < (stationary ? 1e-6 : 1e-9), qPrintable(QString::number(dual.residual)));
        const std::vector<double> step = j.combine(dual.extra);
        const std::vector<double> g0 = mean(j);
        QVERIFY(std::sqrt(dotProduct(step, step)) <= c * std::sqrt(dotProduct(g0, g0)) * (1 + 1e-6) + 1e-7 * j.longestRow());
    }

    void neverConflictsFromOneOn()
    {
        for (const SampledJacobian &j : sampledJacobians())
            for (const double c : {1.0, 2.0}) {
                const double found = worst(j, direction(j, c));
                QVERIFY2(found >= -1e-7 * j.longestRow() * j.longestRow(), qPrintable(QString("%1 %2").arg(j.name.c_str()).arg(found)));
            }
    }

    void tendsToTheLeastNormForLargeC()
    {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const SampledJacobian j = normalJacobian("", 4, 8, 4, 0.3, 1, seed);
            const std::vector<double> d = direction(j, 1e6);
            const std::vector<double> least = j.combine(minNormPoint(j.gramian(), 4).weights);
            const double cosine = dotProduct(d, least) / std::sqrt(dotProduct(d, d) * dotProduct(least, least));
            QVERIFY2(cosine > 1 - 1e-9, qPrintable(QString::number(1 - cosine)));
        }
    }

    void solvesFortyTasks()
    {
        const std::vector<double> g = normalJacobian("", 40, 200, 40, 0.05, 1, 1).gramian();
        QBENCHMARK
        {
            solveCagradDual(g, 40, 0.4);
        }
    }
};

CONCORD_TEST(CagradDualTest)

} // namespace concord::test

#include "cagrad_dual_test.moc"
