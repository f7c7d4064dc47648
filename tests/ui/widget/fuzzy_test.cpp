#include "tests/support/testing.h"
#include "ui/widget/fuzzy.h"

namespace concord::test {

class FuzzyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lettersMustOccurInOrder()
    {
        QVERIFY(fuzzyScore(QStringLiteral("dcd"), QStringLiteral("Dense decoder")));
        QVERIFY(fuzzyScore(QStringLiteral("dense  DEC"), QStringLiteral("Dense decoder")));
        QVERIFY(!fuzzyScore(QStringLiteral("ced"), QStringLiteral("Dense deo")));
        QVERIFY(!fuzzyScore(QStringLiteral("x"), QString()));
        QCOMPARE(fuzzyScore(QString(), QStringLiteral("anything")), std::optional(0));
    }

    void theBetterFitComesFirst_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("better");
        QTest::addColumn<QString>("worse");
        const auto row = [](const char *typed, const char *better, const char *worse) {
            QTest::addRow("%s: %s", typed, better) << QString::fromLatin1(typed) << QString::fromLatin1(better) << QString::fromLatin1(worse);
        };
        row("cs", "Convolution stack", "Accuracy loss");      // starts of words
        row("dec", "Dense decoder", "Downsample edge cross"); // an unbroken run
        row("mlp", "MLP", "Multi-label pooling");             // the whole name
        row("pool", "Global pool", "Pyramid of all levels");
        row("seg", "Segmentation head", "Cross-stage");   // at the start
        row("head", "Depth head", "Depth head, doubled"); // of equal ones the shorter
        row("dh", "Depth head", "Dashed");
    }

    void theBetterFitComesFirst()
    {
        QFETCH(QString, typed);
        QFETCH(QString, better);
        QFETCH(QString, worse);
        const std::optional<int> first = fuzzyScore(typed, better);
        const std::optional<int> second = fuzzyScore(typed, worse);
        QVERIFY(first);
        QVERIFY2(!second || *first > *second, qPrintable(QStringLiteral("%1 against %2").arg(*first).arg(second.value_or(0))));
    }

    void aTitleCountsMoreThanACategory()
    {
        const Card block{.id = "resnet", .title = "Residual stage", .category = "Encoders", .summary = "", .paper = {}};
        const Card other{.id = "stage_encoder", .title = "Encoder", .category = "Layers", .summary = "", .paper = {}};
        QVERIFY(cardScore(QStringLiteral("encoder"), block));
        QVERIFY(*cardScore(QStringLiteral("encoder"), other) > *cardScore(QStringLiteral("encoder"), block));
        QVERIFY(cardScore(QStringLiteral("resnet"), block)); // by its id
        QVERIFY(!cardScore(QStringLiteral("zzz"), block));
    }
};

CONCORD_TEST(FuzzyTest)

} // namespace concord::test

#include "fuzzy_test.moc"
