#include "core/base/error.h"
#include "core/schedule/schedule.h"

#include "tests/support/testing.h"

#include <cmath>

using namespace concord;

namespace {

std::unique_ptr<Schedule> makeSchedule(const std::string &id, const ParamMap &params = {})
{
    std::unique_ptr<Schedule> schedule = ScheduleRegistry::instance().make(id);
    setParams(*schedule, params, id);
    return schedule;
}

} // namespace

class SchedulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyScheduleStartsAtOneAndNeverRises()
    {
        QVERIFY(ScheduleRegistry::instance().ids().size() >= 4);
        for (const auto &[id, entry] : ScheduleRegistry::instance().entries()) {
            const auto schedule = entry.make();
            QVERIFY2(!entry.card.title.empty() && !entry.card.summary.empty(), id.c_str());
            for (const ParamSpec &spec : listParams(*schedule))
                QVERIFY2(!spec.info.help.empty(), spec.name.c_str());
            QCOMPARE(schedule->factor(0, 100), 1.0);
            for (std::int64_t step = 0; step <= 120; ++step) {
                QVERIFY2(schedule->factor(step + 1, 100) <= schedule->factor(step, 100), id.c_str());
                QVERIFY2(schedule->factor(step, 100) >= 0, id.c_str());
            }
            QCOMPARE(schedule->factor(0, 0), 1.0);
        }
    }

    void constantStays() { QCOMPARE(makeSchedule("constant")->factor(77, 100), 1.0); }

    void stepDropsAtItsSteps()
    {
        const auto schedule = makeSchedule("step", {{"every", std::int64_t(10)}, {"gamma", 0.5}});
        QCOMPARE(schedule->factor(9, 1000), 1.0);
        QCOMPARE(schedule->factor(10, 1000), 0.5);
        QCOMPARE(schedule->factor(35, 1000), 0.125);
        const auto thirds = makeSchedule("step", {{"gamma", 0.1}});
        QCOMPARE(thirds->factor(29, 90), 1.0);
        QCOMPARE(thirds->factor(30, 90), 0.1);
        QVERIFY(std::abs(thirds->factor(89, 90) - 0.01) < 1e-15);
        const auto halves = makeSchedule("step", {{"gamma", 0.5}, {"parts", std::int64_t(2)}});
        QCOMPARE(halves->factor(49, 100), 1.0);
        QCOMPARE(halves->factor(50, 100), 0.5);
        QCOMPARE(halves->factor(99, 100), 0.5);
    }

    void cosineFallsToItsFloor()
    {
        const auto schedule = makeSchedule("cosine", {{"floor", 0.2}});
        QVERIFY(std::abs(schedule->factor(50, 100) - 0.6) < 1e-15);
        QVERIFY(std::abs(schedule->factor(25, 100) - (0.2 + 0.8 * (1 + std::sqrt(0.5)) / 2)) < 1e-15);
        QVERIFY(std::abs(schedule->factor(100, 100) - 0.2) < 1e-15);
        QVERIFY(std::abs(schedule->factor(150, 100) - 0.2) < 1e-15);
    }

    void polynomialIsAPowerOfWhatIsLeft()
    {
        QCOMPARE(makeSchedule("polynomial", {{"power", 1.0}})->factor(30, 100), 0.7);
        QVERIFY(std::abs(makeSchedule("polynomial", {{"power", 2.0}})->factor(30, 100) - 0.49) < 1e-15);
        QCOMPARE(makeSchedule("polynomial")->factor(100, 100), 0.0);
    }

    void warmUpIsALineThatMultiplies()
    {
        const auto constant = makeSchedule("constant");
        QCOMPARE(rateFactor(*constant, 0, 100, 4), 0.25);
        QCOMPARE(rateFactor(*constant, 1, 100, 4), 0.5);
        QCOMPARE(rateFactor(*constant, 3, 100, 4), 1.0);
        QCOMPARE(rateFactor(*constant, 50, 100, 4), 1.0);
        QCOMPARE(rateFactor(*constant, 0, 100, 0), 1.0);
        const auto line = makeSchedule("polynomial", {{"power", 1.0}});
        QCOMPARE(rateFactor(*line, 1, 100, 4), 0.5 * 0.99);
    }
};

CONCORD_TEST(SchedulesTest)
#include "schedules_test.moc"
