#include "tests/support/testing.h"
#include "ui/widget/recipe_filter.h"

namespace concord::test {

class RecipeFilterTest : public QObject
{
    Q_OBJECT

private:
    static RecipeCard card()
    {
        return {.card = {.id = "mtan",
                         .title = "MTAN",
                         .category = "Recipes",
                         .summary = "Tasks select shared features by masks.",
                         .paper = "Liu et al., CVPR 2019",
                         .claims = {},
                         .fidelity = "exact"},
                .year = 2019,
                .kind = "architecture-mix",
                .explanation = {"All tasks share a pool.", "Attention decides.", "It costs little."},
                .suits = {TaskKind::segmentation, TaskKind::depth}};
    }

private Q_SLOTS:
    void whatIsTypedIsFoundInNamesAuthorsAndSentences()
    {
        for (const char *typed : {"", "mtan", "mtn", "Liu", "attention dec", "cvpr 2019", "masks", "task interaction"})
            QVERIFY2((RecipeFilter{.typed = QString::fromLatin1(typed)}.score(card(), nullptr)), typed);
        for (const char *typed : {"cross", "2020", "attentino"})
            QVERIFY2(!(RecipeFilter{.typed = QString::fromLatin1(typed)}.score(card(), nullptr)), typed);
        QVERIFY((RecipeFilter{.typed = QStringLiteral("mtan")}.score(card(), nullptr)) >
                (RecipeFilter{.typed = QStringLiteral("masks")}.score(card(), nullptr)));
    }

    void lettersStrewnOverATitleWereNotMeant()
    {
        RecipeCard sharing = card();
        sharing.card.id = "hps";
        sharing.card.title = "Hard parameter sharing";
        QVERIFY(!(RecipeFilter{.typed = QStringLiteral("mtan")}.score(sharing, nullptr)));
        for (const char *typed : {"hps", "hard sh", "param", "shar"})
            QVERIFY2((RecipeFilter{.typed = QString::fromLatin1(typed)}.score(sharing, nullptr)), typed);
    }

    void kindYearAndTasksMustAllFit()
    {
        QVERIFY((RecipeFilter{.kind = "architecture-mix", .fromYear = 2019, .toYear = 2019, .tasks = {TaskKind::depth}}.score(card(), nullptr)));
        QVERIFY(!(RecipeFilter{.kind = "moe"}.score(card(), nullptr)));
        QVERIFY(!(RecipeFilter{.fromYear = 2020}.score(card(), nullptr)));
        QVERIFY(!(RecipeFilter{.toYear = 2018}.score(card(), nullptr)));
        QVERIFY(!(RecipeFilter{.tasks = {TaskKind::depth, TaskKind::classification}}.score(card(), nullptr)));
    }

    void costsAreThoseOfTheChosenData()
    {
        RecipeFilter filter;
        filter.mostParameters = 1000;
        const RecipeCost small{.parameters = 1000, .macs = 5000};
        const RecipeCost large{.parameters = 1001, .macs = 5000};
        const RecipeCost refused{.refusal = "expected images"};
        QVERIFY(filter.score(card(), &small));
        QVERIFY(!filter.score(card(), &large));
        QVERIFY(!filter.score(card(), &refused));
        QVERIFY(filter.score(card(), nullptr)); // not counted yet
        filter = {};
        filter.mostMacs = 4999;
        QVERIFY(!filter.score(card(), &small));
        QVERIFY(RecipeFilter().score(card(), &refused));
    }
};

CONCORD_TEST(RecipeFilterTest)

} // namespace concord::test

#include "recipe_filter_test.moc"
