#include "core/probe/conflict_probe.h"

#include "tests/support/testing.h"

#include <limits>

namespace concord::test {

class ConflictProbeTest : public QObject
{
    Q_OBJECT

  private Q_SLOTS:
    void leavesRowsOfAbsentTasksZero()
    {
        StepResult result;
        result.losses = {1, std::numeric_limits<double>::quiet_NaN(), 2};
        result.gramians = {{"", {4, 7, -2, 7, 7, 7, -2, 7, 9}}, {"trunk", {1, 0, 0, 0, 0, 0, 0, 0, 1}}};
        const std::vector<GramianEvent> events = gramianEvents(result, 31);
        QCOMPARE(events.size(), std::size_t(2));
        QCOMPARE(events[0].step, std::int64_t(31));
        QCOMPARE(events[0].block, std::string());
        QCOMPARE(events[0].values, (std::vector<float>{4, 0, -2, 0, 0, 0, -2, 0, 9}));
        QCOMPARE(events[1].block, std::string("trunk"));
        QCOMPARE(events[1].values, (std::vector<float>{1, 0, 0, 0, 0, 0, 0, 0, 1}));
    }

    void saysNothingWhenNothingWasMeasured()
    {
        StepResult result;
        result.losses = {1, 2};
        QVERIFY(gramianEvents(result, 1).empty());
    }
};

} // namespace concord::test

using concord::test::ConflictProbeTest;
CONCORD_TEST(ConflictProbeTest)
#include "conflict_probe_test.moc"
