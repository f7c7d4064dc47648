#include "core/base/text.h"

#include "tests/support/testing.h"

using namespace concord;

class TextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void joinsAndSplits()
    {
        QCOMPARE(join({"a", "", "c"}, ", "), std::string("a, , c"));
        QCOMPARE(join({}, ", "), std::string());
        QCOMPARE(split("a,,c,", ','), (std::vector<std::string>{"a", "", "c", ""}));
        QVERIFY(split("", ',').empty());
        for (const char *text : {"a", "a,b", ",", "a,,b"})
            QCOMPARE(join(split(text, ','), ","), std::string(text));
        QCOMPARE(trim(" \t a b\r\n"), std::string("a b"));
        QCOMPARE(trim(" \n"), std::string());
    }

    void measuresEdits()
    {
        QCOMPARE(editDistance("kitten", "sitting"), 3);
        QCOMPARE(editDistance("", "abc"), 3);
        QCOMPARE(editDistance("abc", ""), 3);
        QCOMPARE(editDistance("flaw", "lawn"), 2);
        QCOMPARE(editDistance("same", "same"), 0);
    }

    void suggestsOnlyWhatIsNear()
    {
        const std::vector<std::string> words = {"momentum", "nesterov", "lr"};
        QCOMPARE(nearestWord("momentom", words), std::string("momentum"));
        QCOMPARE(nearestWord("nestrov", words), std::string("nesterov"));
        QCOMPARE(nearestWord("weight", words), std::string());
        QCOMPARE(didYouMean("l", words), std::string(" (did you mean 'lr'?)"));
        QCOMPARE(didYouMean("banana", words), std::string());
        QCOMPARE(didYouMean("x", {}), std::string());
    }

    void readsNumbers()
    {
        QCOMPARE(numberIn("0.5"), std::optional(0.5));
        QCOMPARE(numberIn("-1e-3"), std::optional(-1e-3));
        for (const char *text : {"", " 1", "1 ", "1x", "nan", "inf", "1e999", "one"})
            QVERIFY2(!numberIn(text), text);
    }

    void shortensCounts()
    {
        QCOMPARE(shortCount(0), std::string("0"));
        QCOMPARE(shortCount(999), std::string("999"));
        QCOMPARE(shortCount(1000), std::string("1.00 k"));
        QCOMPARE(shortCount(9996), std::string("10.0 k"));
        QCOMPARE(shortCount(689312), std::string("689 k"));
        QCOMPARE(shortCount(999499), std::string("999 k"));
        QCOMPARE(shortCount(999501), std::string("1.00 M"));
        QCOMPARE(shortCount(1234567), std::string("1.23 M"));
        QCOMPARE(shortCount(-2.5e9), std::string("-2.50 G"));
    }

    void writesShapes()
    {
        QCOMPARE(shapeText({3, 96, 96}), std::string("3×96×96"));
        QCOMPARE(shapeText({7}), std::string("7"));
        QCOMPARE(shapeText({}), std::string());
    }
};

CONCORD_TEST(TextTest)
#include "text_test.moc"
