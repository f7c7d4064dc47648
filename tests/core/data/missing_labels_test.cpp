#include "core/data/missing_labels.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <cmath>

using namespace concord;
using namespace concord::test;

class MissingLabelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Within five standard deviations of a binomial count, for each task, and tasks independent of each other.
    void withholdsAtTheGivenRate()
    {
        constexpr int count = 4000;
        const MissingLabels data(std::make_shared<CountingDataset>(count), {0, 0.25, 0.8, 1}, 3);
        double missing[4] = {};
        double both = 0;
        for (int i = 0; i < count; ++i) {
            const Sample sample = data.get(i);
            for (int task = 0; task < 4; ++task)
                missing[task] += sample.labels[std::size_t(task)].empty();
            both += sample.labels[1].empty() && sample.labels[2].empty();
        }
        QCOMPARE(missing[0], 0.0);
        QCOMPARE(missing[3], double(count));
        const auto isNear = [](double found, double p) { return std::abs(found - count * p) < 5 * std::sqrt(count * p * (1 - p)); };
        QVERIFY(isNear(missing[1], 0.25));
        QVERIFY(isNear(missing[2], 0.8));
        QVERIFY(isNear(both, 0.2));
    }

    void dependsOnSeedIndexAndTaskOnly()
    {
        const auto base = std::make_shared<CountingDataset>(200);
        const auto a = withholdLabels(base, 0.5, 1);
        const auto b = withholdLabels(base, 0.5, 1);
        const auto c = withholdLabels(base, 0.5, 2);
        int different = 0;
        for (int i = 199; i >= 0; --i) {
            QCOMPARE(a->get(i).labels, b->get(i).labels);
            different += a->get(i).labels != c->get(i).labels;
        }
        QVERIFY(different > 100);
        QCOMPARE(a->get(5).image, base->get(5).image);
    }

    void noneMissingIsTheDataSetItself()
    {
        const std::shared_ptr<const Dataset> base = std::make_shared<CountingDataset>(2);
        QCOMPARE(withholdLabels(base, 0, 1).get(), base.get());
        VERIFY_COMPLAINT(withholdLabels(base, 1.5, 1), "between 0 and 1", "1.5");
        VERIFY_COMPLAINT(MissingLabels(base, {0.5}, 1), "expected 4", "found 1");
    }
};

CONCORD_TEST(MissingLabelsTest)
#include "missing_labels_test.moc"
