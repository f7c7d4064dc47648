#include "core/data/subset.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <algorithm>

using namespace concord;
using namespace concord::test;

class SubsetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesTheChosenSamples()
    {
        const Subset subset(std::make_shared<CountingDataset>(10), {7, 2});
        QCOMPARE(subset.size(), 2);
        QCOMPARE(subset.get(0).image[0], 7.0f);
        QCOMPARE(subset.get(1).image[0], 2.0f);
        VERIFY_COMPLAINT(Subset(std::make_shared<CountingDataset>(3), {3}), "below 3", "found 3");
    }

    void divisionIsAPartition()
    {
        for (const std::int64_t count : {2, 3, 10, 101}) {
            const Division division = divide(count, 0.2, 0.1, 5);
            std::vector<std::int64_t> all = division.train;
            all.insert(all.end(), division.validation.begin(), division.validation.end());
            all.insert(all.end(), division.test.begin(), division.test.end());
            std::ranges::sort(all);
            for (std::int64_t i = 0; i < count; ++i)
                QCOMPARE(all[std::size_t(i)], i);
            QCOMPARE(std::int64_t(all.size()), count);
            QVERIFY(!division.train.empty() && !division.validation.empty());
        }
        QCOMPARE(divide(100, 0.2, 0.1, 5).validation.size(), 20u);
        QCOMPARE(divide(100, 0.2, 0.1, 5).test.size(), 10u);
    }

    void seedDecides()
    {
        QCOMPARE(divide(50, 0.3, 0, 1).validation, divide(50, 0.3, 0, 1).validation);
        QVERIFY(divide(50, 0.3, 0, 1).validation != divide(50, 0.3, 0, 2).validation);
    }

    void aTestOfNothingIsTheValidation()
    {
        const Division division = divide(10, 0.3, 0, 1);
        QCOMPARE(division.of(Split::test), division.validation);
        QCOMPARE(division.of(Split::train).size(), 7u);
    }

    void oneSampleIsForTraining()
    {
        const Division division = divide(1, 0.5, 0.2, 1);
        QCOMPARE(division.train.size(), 1u);
        QVERIFY(division.validation.empty());
        VERIFY_COMPLAINT(divide(10, 0.5, 0.5, 1), "shares", "0.5");
    }
};

CONCORD_TEST(SubsetTest)
#include "subset_test.moc"
