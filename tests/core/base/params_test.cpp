#include "core/base/params.h"

#include "core/base/error.h"

#include "tests/support/testing.h"

#include <cmath>

using namespace concord;

namespace {

class Oven : public Parametrised
{
public:
    bool fan = true;
    std::int64_t trays = 2;
    double heat = 180;
    std::string mode = "bake";
    std::vector<std::int64_t> levels = {1, 2};
    std::vector<std::string> names = {"a"};
    double free = 0;

    void params(ParamVisitor &visitor) override
    {
        visitor("fan", fan, {.help = "Fan"});
        visitor("trays", trays, {.help = "Trays", .min = 1, .max = 4});
        visitor("heat", heat, {.help = "Heat", .unit = "°C", .min = 0});
        visitor("mode", mode, {.help = "Mode", .choices = {"bake", "grill"}});
        visitor("levels", levels, {.help = "Levels", .min = 0, .max = 5});
        visitor("names", names, {.help = "Names"});
        visitor("free", free, {.help = "Free"});
    }
};

} // namespace

class ParamsTest : public QObject
{
    Q_OBJECT

    static std::string problem(const std::string &name, const ParamValue &value)
    {
        Oven oven;
        const ParamMap before = writeParams(oven);
        const std::vector<ParamProblem> problems = readParams(oven, {{name, value}});
        if (problems.size() != 1 || problems[0].name != name || writeParams(oven) != before)
            return "no single problem";
        return problems[0].message;
    }

    template<class T>
    static T read(const std::string &name, const ParamValue &value)
    {
        Oven oven;
        if (!readParams(oven, {{name, value}}).empty())
            throw Error("refused");
        return std::get<T>(writeParams(oven).at(name));
    }

private Q_SLOTS:
    void listsInOrderWithFacts()
    {
        Oven oven;
        const std::vector<ParamSpec> specs = listParams(oven);
        QCOMPARE(specs.size(), std::size_t(7));
        QCOMPARE(specs[0].name, std::string("fan"));
        QCOMPARE(specs[2].info.unit, std::string("°C"));
        QVERIFY(specs[3].value == ParamValue(std::string("bake")));
    }

    void readsWhatItWrote()
    {
        Oven oven;
        oven.fan = false;
        oven.trays = 4;
        oven.heat = 1e-3;
        oven.mode = "grill";
        oven.levels = {5, 0};
        oven.names = {};
        Oven other;
        QVERIFY(readParams(other, writeParams(oven)).empty());
        QVERIFY(writeParams(other) == writeParams(oven));
    }

    void convertsWithoutLoss()
    {
        QCOMPARE(read<double>("heat", std::int64_t(200)), 200.0);
        QCOMPARE(read<std::int64_t>("trays", 3.0), std::int64_t(3));
        QCOMPARE(read<std::vector<std::int64_t>>("levels", std::int64_t(4)), std::vector<std::int64_t>{4});
        QVERIFY(read<std::vector<std::string>>("names", std::vector<std::int64_t>{}).empty());
        QVERIFY(read<std::vector<std::int64_t>>("levels", std::vector<std::string>{}).empty());
    }

    void refusesTypesAndRanges()
    {
        QCOMPARE(problem("fan", std::int64_t(1)), std::string("expected true or false, found 1"));
        QCOMPARE(problem("trays", 2.5), std::string("expected a whole number, found 2.5"));
        QCOMPARE(problem("trays", 1e300), std::string("expected a whole number, found 1e+300"));
        QCOMPARE(problem("trays", std::int64_t(5)), std::string("expected a number between 1 and 4, found 5"));
        QCOMPARE(problem("heat", -1.0), std::string("expected a number at least 0, found -1"));
        QCOMPARE(problem("heat", std::string("hot")), std::string("expected a number, found hot"));
        QCOMPARE(problem("free", std::nan("")), std::string("expected a number that is not NaN, found nan"));
        QCOMPARE(problem("mode", std::string("gril")), std::string("expected one of bake, grill, found 'gril' (did you mean 'grill'?)"));
        QCOMPARE(problem("levels", std::vector<std::int64_t>{1, 9}), std::string("expected a number between 0 and 5, found 9"));
        QCOMPARE(problem("levels", std::vector<std::string>{"x"}), std::string("expected a list of whole numbers, found x"));
        QCOMPARE(problem("names", true), std::string("expected a list of texts, found true"));
    }

    void suggestsTheParameterThatWasMeant()
    {
        Oven oven;
        const std::vector<ParamProblem> problems = readParams(oven, {{"tray", std::int64_t(3)}, {"zzzzzz", true}});
        QCOMPARE(problems.size(), std::size_t(2));
        QCOMPARE(problems[0].message, std::string("no such parameter (did you mean 'trays'?)"));
        QCOMPARE(problems[0].suggestion.value_or(""), std::string("trays"));
        QVERIFY(!problems[1].suggestion);
    }

    void throwsTheFirstProblem()
    {
        Oven oven;
        try {
            setParams(oven, {{"heat", -5.0}}, "oven");
            QFAIL("accepted");
        } catch (const Error &error) {
            QCOMPARE(std::string(error.what()), std::string("oven: parameter 'heat': expected a number at least 0, found -5"));
        }
    }

    void parsesTextOfEachType()
    {
        Oven oven;
        const ParamMap values = writeParams(oven);
        const auto parse = [&](const char *name, const char *text) { return parseParam(text, values.at(name), name); };
        QVERIFY(parse("fan", "off") == ParamValue(false));
        QVERIFY(parse("trays", " 3 ") == ParamValue(std::int64_t(3)));
        QVERIFY(parse("heat", "1e-3") == ParamValue(1e-3));
        QVERIFY(parse("mode", "x y") == ParamValue(std::string("x y")));
        QVERIFY(parse("levels", "2, 3,4") == ParamValue(std::vector<std::int64_t>{2, 3, 4}));
        QVERIFY(parse("levels", "") == ParamValue(std::vector<std::int64_t>{}));
        QVERIFY(parse("names", "a, b") == ParamValue(std::vector<std::string>{"a", "b"}));
        for (const auto &[name, text] : std::vector<std::pair<const char *, const char *>>{{"fan", "maybe"},
                                                                                           {"trays", "3.5"},
                                                                                           {"trays", ""},
                                                                                           {"trays", "99999999999999999999"},
                                                                                           {"heat", "1,5"},
                                                                                           {"heat", "inf"},
                                                                                           {"heat", "nan"},
                                                                                           {"heat", "1e999"},
                                                                                           {"levels", "1,,2"},
                                                                                           {"levels", "1,"}})
            QVERIFY_THROWS_EXCEPTION(Error, parse(name, text));
    }

    void textComesBack()
    {
        Oven oven;
        oven.heat = 0.1 + 0.2;
        oven.levels = {3, 1, 2};
        for (const auto &[name, value] : writeParams(oven))
            QVERIFY2(parseParam(paramText(value), value, name) == value, name.c_str());
        QCOMPARE(paramText(oven.levels), std::string("3, 1, 2"));
        QCOMPARE(paramText(0.4), std::string("0.4"));
    }
};

CONCORD_TEST(ParamsTest)
#include "params_test.moc"
