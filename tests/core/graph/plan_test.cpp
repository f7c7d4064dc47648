#include "core/graph/plan.h"

#include "tests/support/testing.h"

#include <set>

using namespace concord;

class PlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsEachMemberOnceWithHelp()
    {
        Plan plan;
        std::set<std::string> names;
        for (const ParamSpec &spec : listParams(plan)) {
            QVERIFY2(!spec.info.help.empty(), spec.name.c_str());
            QVERIFY2(names.insert(spec.name).second, spec.name.c_str());
        }
        // The members of the header but the two maps.
        QCOMPARE(names.size(), std::size_t(24));
    }

    void changesWithEveryParameter()
    {
        // Each listed parameter is a member of its own: changing one changes the plan and no other parameter.
        Plan defaults;
        for (const ParamSpec &spec : listParams(defaults)) {
            ParamMap change;
            if (const auto *flag = std::get_if<bool>(&spec.value))
                change[spec.name] = !*flag;
            else if (const auto *whole = std::get_if<std::int64_t>(&spec.value))
                change[spec.name] = *whole + 1;
            else if (std::holds_alternative<double>(spec.value))
                change[spec.name] = 0.5;
            else if (std::holds_alternative<std::vector<std::string>>(spec.value))
                change[spec.name] = std::vector<std::string>{"other"};
            else
                change[spec.name] = std::string(spec.name == "precision" ? "bfloat16" : "other");
            Plan plan;
            QVERIFY(readParams(plan, change).empty());
            QVERIFY2(!(plan == defaults), spec.name.c_str());
            ParamMap all = writeParams(plan);
            QVERIFY(all.at(spec.name) == change.at(spec.name));
            all[spec.name] = spec.value;
            QVERIFY(all == writeParams(defaults));
        }
    }

    void refusesWhatCannotRun()
    {
        Plan plan;
        for (const auto &[name, value] : ParamMap{
                 {"batch", std::int64_t(0)}, {"epochs", std::int64_t(0)}, {"clipNorm", -1.0}, {"precision", std::string("int8")}, {"seed", std::int64_t(-1)}})
            QCOMPARE(readParams(plan, {{name, value}}).size(), std::size_t(1));
        QVERIFY(plan == Plan());
    }
};

CONCORD_TEST(PlanTest)
#include "plan_test.moc"
