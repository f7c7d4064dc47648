#include "core/base/error.h"
#include "tests/core/balance/method_case.h"
#include "tests/support/testing.h"

namespace concord::test {

class ConstantTest : public QObject
{
    Q_OBJECT

private:
    static std::string failure(const std::vector<std::string> &weights)
    {
        try {
            startedMethod("constant", 2, {{"weights", weights}});
        } catch (const Error &error) {
            return error.what();
        }
        return {};
    }

private Q_SLOTS:
    void usesTheNumbersGiven()
    {
        const auto method = startedMethod("constant", 3, {{"weights", std::vector<std::string>{"0.5", " 2 ", "0"}}});
        QCOMPARE(weightsOf(*method, {1, 1, 1}, {}).weights, (std::vector<double>{0.5, 2, 0}));
        QCOMPARE(weightsOf(*method, {1, 1}, {}, {0, 2}, 3).weights, (std::vector<double>{0.5, 0}));
        const auto plain = startedMethod("constant", 2);
        QCOMPARE(weightsOf(*plain, {1, 1}, {}).weights, (std::vector<double>{1, 1}));
    }

    void refusesWhatIsNotANumberPerTask()
    {
        QVERIFY(QString(failure({"1"}).c_str()).contains("expected 2 numbers, one per task, found 1"));
        QVERIFY(QString(failure({"1", "much"}).c_str()).contains("found 'much'"));
        QVERIFY(QString(failure({"1", "-1"}).c_str()).contains("found '-1'"));
        QVERIFY(QString(failure({"nan", "1"}).c_str()).contains("found 'nan'"));
        QVERIFY(QString(failure({"", "1"}).c_str()).contains("found ''"));
        QVERIFY(failure({"1", "1e-3"}).empty());
    }
};

CONCORD_TEST(ConstantTest)

} // namespace concord::test

#include "constant_test.moc"
