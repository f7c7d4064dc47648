#include "core/tensor/min_norm.h"
#include "tests/core/balance/method_case.h"
#include "tests/support/testing.h"

#include <algorithm>

namespace concord::test {

class CagradTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsTheTextbookExample()
    {
        const auto usual = startedMethod("cagrad", 2);
        QVERIFY(isClose(updateOf(*usual, textbookJacobian()), {0.346803, 1.163299, 1.163299}, 1e-6));
        const auto half = startedMethod("cagrad", 2, {{"c", 0.5}});
        QVERIFY(isClose(updateOf(*half, textbookJacobian()), {0.183503, 1.204124, 1.204124}, 1e-6));
    }

    void isTheMeanForZero()
    {
        const auto method = startedMethod("cagrad", 2, {{"c", 0.0}});
        QVERIFY(isClose(updateOf(*method, textbookJacobian()), {1, 1, 1}, 1e-15));
    }

    void rescalesWhenAsked()
    {
        const std::vector<double> plain = updateOf(*startedMethod("cagrad", 2, {{"c", 0.5}}), textbookJacobian());
        for (const auto &[name, factor] : std::vector<std::pair<std::string, double>>{{"1/(1+c)", 1 / 1.5}, {"1/(1+c²)", 1 / 1.25}}) {
            std::vector<double> expected = plain;
            for (double &value : expected)
                value *= factor;
            QVERIFY(isClose(updateOf(*startedMethod("cagrad", 2, {{"c", 0.5}, {"rescale", name}}), textbookJacobian()), expected, 1e-14));
        }
    }

    /// d lies on the sphere of radius c‖g₀‖ around g₀, unless zero lies in the hull of the gradients.
    void staysOnTheSphere()
    {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const SampledJacobian j = normalJacobian("", 4, 9, 4, 0.2, 1, seed);
            const std::vector<double> d = updateOf(*startedMethod("cagrad", 4), j);
            const std::vector<double> g0 = j.combine({0.25, 0.25, 0.25, 0.25});
            std::vector<double> step(9);
            for (int p = 0; p < 9; ++p)
                step[p] = d[p] - g0[p];
            QVERIFY(std::abs(std::sqrt(dotProduct(step, step) / dotProduct(g0, g0)) - 0.4) < 1e-9);
        }
    }

    void neverConflictsFromOneOn()
    {
        for (const SampledJacobian &j : sampledJacobians()) {
            const std::vector<double> d = updateOf(*startedMethod("cagrad", j.tasks, {{"c", 1.0}}), j);
            for (int i = 0; i < j.tasks; ++i)
                QVERIFY2(dotProduct({j.values.begin() + i * j.params, j.values.begin() + (i + 1) * j.params}, d) >= -1e-7 * j.longestRow() * j.longestRow(),
                         j.name.c_str());
        }
    }
};

CONCORD_TEST(CagradTest)

} // namespace concord::test

#include "cagrad_test.moc"
