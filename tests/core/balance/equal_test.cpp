#include "tests/core/balance/method_case.h"
#include "tests/support/testing.h"

namespace concord::test {

class EqualTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sumsOrAverages()
    {
        const auto sum = startedMethod("equal", 4);
        QCOMPARE(weightsOf(*sum, {1, 2, 3, 4}, {}).weights, (std::vector<double>{1, 1, 1, 1}));
        QVERIFY(!sum->averages());
        const auto mean = startedMethod("equal", 2, {{"reduction", std::string("mean")}});
        QVERIFY(mean->averages());
        QVERIFY(isClose(updateOf(*mean, textbookJacobian()), {1, 1, 1}, 1e-15));
        const auto batch = startedMethod("equal", 4, {{"reduction", std::string("mean")}});
        QCOMPARE(weightsOf(*batch, {1, 2}, {}, {1, 3}, 4).weights, (std::vector<double>{0.5, 0.5})); // of the tasks that are there
    }
};

CONCORD_TEST(EqualTest)

} // namespace concord::test

#include "equal_test.moc"
