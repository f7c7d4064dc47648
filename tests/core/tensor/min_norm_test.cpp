#include "core/tensor/min_norm.h"

#include "tests/core/tensor/sampled_jacobian.h"
#include "tests/support/testing.h"

#include <algorithm>
#include <numeric>

namespace concord::test {

class MinNormTest : public QObject
{
    Q_OBJECT

private:
    static double squareOf(const std::vector<double> &gramian, const std::vector<double> &w)
    {
        double sum = 0;
        for (std::size_t i = 0; i < w.size(); ++i)
            for (std::size_t j = 0; j < w.size(); ++j)
                sum += w[i] * gramian[i * w.size() + j] * w[j];
        return sum;
    }

private Q_SLOTS:
    void knowsTheTextbookExample()
    {
        // J = [[-4, 1, 1], [6, 1, 1]]: weights (.6, .4), point (0, 1, 1).
        const MinNormPoint point = minNormPoint(std::vector<double>{18, -22, -22, 38}, 2);
        QVERIFY(std::abs(point.weights[0] - 0.6) < 1e-14);
        QVERIFY(std::abs(point.weights[1] - 0.4) < 1e-14);
        QVERIFY(std::abs(point.squaredNorm - 2) < 1e-12);
        QVERIFY(point.residual < 1e-14);
    }

    void agreesWithTheClosedFormForTwo()
    {
        Random random(21);
        for (int round = 0; round < 2000; ++round) {
            SampledJacobian j = normalJacobian("", 2, 3, 2, 0, 1, std::uint64_t(round));
            j.scaleRow(0, std::pow(10.0, random.uniform(-6, 6)));
            const std::vector<double> g = j.gramian();
            const double expected = std::clamp((g[3] - g[1]) / (g[0] + g[3] - 2 * g[1]), 0.0, 1.0);
            const double found = minNormPoint(g, 2).weights[0];
            QVERIFY2(std::abs(found - expected) <= 1e-9 * std::max({expected, 1e-6}),
                     qPrintable(QString("%1 %2").arg(found, 0, 'g', 17).arg(expected, 0, 'g', 17)));
        }
    }

    void beatsAFineGridForThree()
    {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const std::vector<double> g = normalJacobian("", 3, 4, 3, 0.2, 1, seed).gramian();
            const MinNormPoint point = minNormPoint(g, 3);
            double best = 1e300;
            constexpr int steps = 300;
            for (int a = 0; a <= steps; ++a)
                for (int b = 0; a + b <= steps; ++b)
                    best = std::min(best, squareOf(g, {double(a) / steps, double(b) / steps, double(steps - a - b) / steps}));
            QVERIFY(point.squaredNorm <= best * (1 + 1e-12));
            QVERIFY(point.squaredNorm >= best - 10 * (g[0] + g[4] + g[8]) / steps / steps); // the grid is that fine
        }
    }

    void isOptimalEverywhere_data()
    {
        QTest::addColumn<int>("index");
        const auto all = sampledJacobians();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name.c_str()) << int(i);
    }

    void isOptimalEverywhere()
    {
        QFETCH(int, index);
        const SampledJacobian j = sampledJacobians()[index];
        const MinNormPoint point = minNormPoint(j.gramian(), j.tasks);
        QVERIFY(std::abs(std::accumulate(point.weights.begin(), point.weights.end(), 0.0) - 1) < 1e-12);
        for (const double weight : point.weights)
            QVERIFY(weight >= 0);
        QVERIFY2(point.residual < 1e-13, qPrintable(QString::number(point.residual)));

        // The same from the vectors themselves, independently of the Gramian.
        const std::vector<double> d = j.combine(point.weights);
        double reach = 0;
        for (int i = 0; i < j.tasks; ++i)
            reach += point.weights[i] * j.rowNorm(i);
        for (int i = 0; i < j.tasks; ++i) {
            const std::vector<double> row(j.values.begin() + i * j.params, j.values.begin() + (i + 1) * j.params);
            QVERIFY(dotProduct(row, d) - dotProduct(d, d) >= -1e-12 * reach * std::max(reach, j.rowNorm(i)));
        }
    }

    void findsZeroInTheHull()
    {
        for (const SampledJacobian &j : sampledJacobians())
            if (j.name == "stationary_5" || j.name == "opposite" || j.name == "zero_row" || j.name == "all_zero") {
                const MinNormPoint point = minNormPoint(j.gramian(), j.tasks);
                const std::vector<double> d = j.combine(point.weights);
                QVERIFY2(std::sqrt(dotProduct(d, d)) <= 1e-7 * j.longestRow(), j.name.c_str());
            }
    }

    void doesNotSeeTheScale()
    {
        for (const int tasks : {2, 5, 17, 40, 64}) {
            const SampledJacobian j = normalJacobian("", tasks, 90, tasks, 0.1, 1, 31);
            const std::vector<double> reference = minNormPoint(j.gramian(), tasks).weights;
            for (const double scale : {1e-10, 1e10}) {
                std::vector<double> g = j.gramian();
                for (double &value : g)
                    value *= scale * scale;
                const std::vector<double> found = minNormPoint(g, tasks).weights;
                for (int i = 0; i < tasks; ++i)
                    QVERIFY(std::abs(found[i] - reference[i]) < 1e-12);
            }
        }
    }

    void survivesLargeRandomSets()
    {
        for (std::uint64_t seed = 0; seed < 60; ++seed) {
            const int tasks = 2 + int(seed) % 63;
            SampledJacobian j = normalJacobian("", tasks, 3 + int(seed) % 80, std::min(tasks, 2 + int(seed * 7 % 70)), 0.02 * double(seed % 9), 1, seed);
            Random random(seed);
            for (int i = 0; i < tasks; ++i)
                j.scaleRow(i, std::pow(10.0, random.uniform(-3, 3)));
            const MinNormPoint point = minNormPoint(j.gramian(), tasks);
            QVERIFY2(point.residual < 1e-12, qPrintable(QString("%1: %2").arg(seed).arg(point.residual)));
        }
    }

    void solvesFortyTasks()
    {
        const std::vector<double> g = normalJacobian("", 40, 200, 40, 0.05, 1, 1).gramian();
        QBENCHMARK
        {
            minNormPoint(g, 40);
        }
    }
};

CONCORD_TEST(MinNormTest)

} // namespace concord::test

#include "min_norm_test.moc"
