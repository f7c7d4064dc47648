#include "core/tensor/simplex.h"

#include "core/base/random.h"
#include "tests/support/testing.h"

#include <cmath>
#include <numeric>

namespace concord::test {

class SimplexTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void projectsKnownPoints()
    {
        const auto verify = [](const std::vector<double> &point, const std::vector<double> &expected) {
            const std::vector<double> found = projectOnSimplex(point);
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY(std::abs(found[i] - expected[i]) < 1e-12);
        };
        verify({0.2, 0.3, 0.5}, {0.2, 0.3, 0.5});
        verify({5}, {1});
        verify({1, 1}, {0.5, 0.5});
        verify({2, 0, 0}, {1, 0, 0});
        verify({0.6, 0.6, -1}, {0.5, 0.5, 0});
        verify({1e15, 1e15}, {0.5, 0.5});
        QVERIFY(projectOnSimplex({}).empty());
    }

    /// p is the projection of y when (y − p)·(q − p) ≤ 0 for each corner q.
    void meetsTheOptimalityCondition()
    {
        Random random(5);
        for (int round = 0; round < 200; ++round) {
            std::vector<double> point(1 + random.below(20));
            for (double &value : point)
                value = 3 * random.normal();
            const std::vector<double> p = projectOnSimplex(point);
            QVERIFY(std::abs(std::accumulate(p.begin(), p.end(), 0.0) - 1) < 1e-12);
            double own = 0;
            for (std::size_t i = 0; i < p.size(); ++i) {
                QVERIFY(p[i] >= 0);
                own += (point[i] - p[i]) * p[i];
            }
            for (std::size_t i = 0; i < p.size(); ++i)
                QVERIFY(point[i] - p[i] - own < 1e-12);
        }
    }
};

CONCORD_TEST(SimplexTest)

} // namespace concord::test

#include "simplex_test.moc"
