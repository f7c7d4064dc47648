#include "core/balance/balance_block.h"

#include "core/base/error.h"
#include "tests/support/testing.h"

#include <algorithm>

namespace concord::test {

class BalanceTest : public QObject
{
    Q_OBJECT

private:
    static std::vector<std::string> names(BalanceBlock &block)
    {
        std::vector<std::string> result;
        for (const ParamSpec &spec : listParams(block))
            result.push_back(spec.name);
        return result;
    }
    static bool has(BalanceBlock &block, const std::string &name)
    {
        const auto list = names(block);
        return std::ranges::find(list, name) != list.end();
    }
    static PortTypes losses(int count)
    {
        PortTypes types;
        for (int i = 0; i < count; ++i)
            types["loss." + std::to_string(i)] = {.type = PortType::loss};
        return types;
    }

private Q_SLOTS:
    void listsTheParametersOfItsMethod()
    {
        BalanceBlock block;
        QCOMPARE(names(block).front(), std::string("method"));
        QVERIFY(has(block, "reduction") && !has(block, "c"));
        setParams(block, {{"method", std::string("cagrad")}}, "balance");
        QVERIFY(has(block, "c") && has(block, "rescale") && !has(block, "reduction"));
        QVERIFY(has(block, "heads") && has(block, "every"));
        const ParamSpec method = listParams(block).front();
        QCOMPARE(method.info.choices, BalanceRegistry::instance().ids());
    }

    void keepsTheMethodsValues()
    {
        BalanceBlock block;
        setParams(block, {{"method", std::string("cagrad")}, {"c", 0.7}, {"every", std::int64_t(5)}}, "balance");
        const ParamMap map = writeParams(block);
        QCOMPARE(std::get<double>(map.at("c")), 0.7);
        QCOMPARE(block.every, std::int64_t(5));
        QCOMPARE(block.summary(), std::string("CAGrad, c = 0.7"));
        BalanceBlock copy;
        QVERIFY(readParams(copy, map).empty());
        QCOMPARE(writeParams(copy), map);
        QCOMPARE(copy.makeMethod()->summary(), std::string("c = 0.7"));

        setParams(block, {{"method", std::string("pcgrad")}}, "balance");
        QCOMPARE(block.summary(), std::string("PCGrad, sum"));
        setParams(block, {{"method", std::string("mgda")}}, "balance");
        QCOMPARE(block.summary(), std::string("MGDA"));
    }

    void reportsWhatItCannotUse()
    {
        BalanceBlock block;
        const auto unknown = readParams(block, {{"method", std::string("cagrid")}});
        QCOMPARE(unknown.size(), std::size_t(1));
        QCOMPARE(block.method, std::string("equal"));
        const auto range = readParams(block, {{"method", std::string("cagrad")}, {"c", -1.0}, {"temperature", 2.0}});
        QCOMPARE(range.size(), std::size_t(2));
        QCOMPARE(range[0].name, std::string("c"));
        QCOMPARE(range[1].name, std::string("temperature"));
    }

    void survivesAnUnknownMethod()
    {
        BalanceBlock block;
        block.method = "magic";
        QVERIFY(has(block, "heads"));
        QCOMPARE(block.summary(), std::string("magic"));
        QVERIFY_EXCEPTION_THROWN(block.makeMethod(), Error);
        QVERIFY_EXCEPTION_THROWN(block.infer(losses(2), 2), Error);
    }

    void checksItsInputs()
    {
        const auto block = BlockRegistry::instance().make("balance");
        QVERIFY(block->inputs().front().repeats);
        QVERIFY(block->outputs().empty());
        QVERIFY(block->infer(losses(3), 3).outputs.empty());
        QVERIFY_EXCEPTION_THROWN(block->infer({}, 0), Error);
        setParams(*block, {{"method", std::string("constant")}, {"weights", std::vector<std::string>{"1", "2"}}}, "balance");
        QVERIFY(block->infer(losses(2), 2).outputs.empty());
        QVERIFY_EXCEPTION_THROWN(block->infer(losses(3), 3), Error);
    }
};

CONCORD_TEST(BalanceTest)

} // namespace concord::test

#include "balance_test.moc"
