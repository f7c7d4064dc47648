#include "core/session/recipe.h"
#include "tests/support/testing.h"
#include "ui/widget/param_field.h"
#include "ui/widget/param_form.h"
#include "ui/widget/recipe_data.h"
#include "ui/widget/recipe_page.h"
#include "ui/widget/recipe_picture.h"

#include <QCheckBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>

namespace concord::test {

/// A recipe's page with the thread that lays recipes out behind it.
class RecipePageTest : public QObject
{
    Q_OBJECT

private:
    static Node scenes(const std::vector<std::string> &tasks = {"segmentation", "depth"})
    {
        return {.id = "rooms", .type = "scenes", .params = {{"size", std::vector<std::int64_t>{32}}, {"tasks", tasks}}};
    }

    /// The page wired to a maker, as the browser does it.
    struct Desk
    {
        explicit Desk(const std::optional<Node> &own)
            : page(own)
        {
            QObject::connect(&page, &RecipePage::wishChanged, &page, [this] { maker.draft(page.wish()); });
            QObject::connect(&maker, &RecipeMaker::drafted, &page, [this](const auto &made) {
                draft = made;
                page.showDraft(made);
            });
            page.resize(760, 900);
            page.QWidget::show();
        }
        void open(const char *id)
        {
            draft = nullptr;
            page.show(RecipeRegistry::instance().make(id)->card(), Theme::light());
            QVERIFY(QTest::qWaitFor([this] { return draft != nullptr; }));
        }
        QString text(const char *name) const { return page.findChild<QLabel *>(QString::fromLatin1(name))->text(); }

        RecipeMaker maker;
        std::shared_ptr<const RecipeDraft> draft;
        RecipePage page;
    };

private Q_SLOTS:
    void saysWhatItIsAndWhatItCosts()
    {
        Desk desk(scenes());
        desk.open("hps");
        const RecipeCard card = RecipeRegistry::instance().make("hps")->card();
        QCOMPARE(desk.text("recipeTitle"), QString::fromStdString(card.card.title));
        for (const std::string &sentence : card.explanation)
            QVERIFY(desk.text("recipeSentences").contains(QString::fromStdString(sentence).toHtmlEscaped()));
        // The same as made and analysed here.
        const Analysis analysis = analyse(RecipeRegistry::instance().make("hps")->make(scenes()).graph);
        QVERIFY(analysis.parameters > 0);
        QCOMPARE(desk.draft->analysis.parameters, analysis.parameters);
        QCOMPARE(desk.draft->analysis.macs, analysis.macs);
        QVERIFY(desk.page.insertButton()->isEnabled());
        QVERIFY(desk.page.newButton()->isEnabled());
    }

    void optionsChangeTheDraftAndAreRememberedPerRecipe()
    {
        Desk desk(scenes());
        desk.open("hps");
        const std::int64_t before = desk.draft->analysis.parameters;
        auto *edit = qobject_cast<QLineEdit *>(desk.page.options()->field("decoder")->editor());
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, QStringLiteral("64"));
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_VERIFY(desk.draft->analysis.parameters > before);
        QVERIFY(desk.draft->wish.options == (ParamMap{{"decoder", std::int64_t(64)}}));
        desk.open("single_task");
        QVERIFY(desk.draft->wish.options.empty());
        desk.open("hps");
        QVERIFY(desk.draft->analysis.parameters > before);
        Q_EMIT desk.page.options()->field("decoder")->resetWanted(QStringLiteral("decoder"));
        QTRY_COMPARE(desk.draft->analysis.parameters, before);
    }

    void tasksAreTickedAndNoneIsRefused()
    {
        Desk desk(scenes());
        desk.open("hps");
        const QList<QCheckBox *> ticks = desk.page.data()->findChildren<QCheckBox *>();
        QCOMPARE(ticks.size(), 2);
        QCOMPARE(ticks[0]->text(), QStringLiteral("segmentation"));
        QTest::mouseClick(ticks[0], Qt::LeftButton, {}, {8, ticks[0]->height() / 2});
        QTRY_COMPARE(desk.draft->analysis.tasks.size(), std::size_t(1));
        QCOMPARE(desk.draft->analysis.tasks[0].info.name, std::string("depth"));
        ticks[1]->click();
        QTRY_VERIFY(desk.text("recipeRefusal").contains(QStringLiteral("at least one task")));
        QVERIFY(!desk.page.newButton()->isEnabled());
        ticks[1]->click();
        QTRY_VERIFY(desk.page.newButton()->isEnabled());
    }

    void aRefusalIsOneSentenceWithButtonsOffAndAPictureOnExampleData()
    {
        Desk desk(Node{.id = "data",
                       .type = "random_data",
                       .params = {{"shape", std::vector<std::int64_t>{20}}, {"tasks", std::vector<std::string>{"a:classification:3", "b:regression:2"}}}});
        desk.open("mtan");
        QVERIFY2(desk.text("recipeRefusal").startsWith(QStringLiteral("Expected images")), qPrintable(desk.text("recipeRefusal")));
        QVERIFY(!desk.page.insertButton()->isEnabled());
        QVERIFY(!desk.page.newButton()->isEnabled());
        QVERIFY(desk.draft->isExample);
        QVERIFY(!desk.draft->experiment.graph.nodes.empty());
        desk.open("hps");
        QVERIFY(desk.page.insertButton()->isEnabled());
        QVERIFY(!desk.page.findChild<QLabel *>(QStringLiteral("recipeRefusal"))->isVisible());
    }

    void otherDataCanBeChosenForANewExperimentOnly()
    {
        Desk desk(scenes());
        desk.open("hps");
        auto *choice = desk.page.findChild<QComboBox *>(QStringLiteral("recipeData"));
        QVERIFY(choice->currentText().contains(QStringLiteral("Built-in scenes")));
        choice->setCurrentIndex(choice->findData(QStringLiteral("random_data")));
        QTRY_VERIFY(desk.draft->wish.data.type == "random_data" && desk.page.newButton()->isEnabled());
        QVERIFY(!desk.page.insertButton()->isEnabled());
        QCOMPARE(desk.page.data()->findChildren<QCheckBox *>().size() >= 3, true);
        // Folders that are not there are a sentence.
        choice->setCurrentIndex(choice->findData(QStringLiteral("image_folder")));
        QTRY_VERIFY(desk.draft->wish.data.type == "image_folder" && !desk.text("recipeRefusal").isEmpty());
        QVERIFY(!desk.page.newButton()->isEnabled());
    }

    /// Every registered recipe makes a page with a picture of its own.
    void everyRecipeHasAPicture()
    {
        RecipePicture picture;
        picture.resize(640, 240);
        QElapsedTimer timer;
        double slowest = 0;
        for (const RecipeCard &card : listRecipes()) {
            timer.start();
            const auto draft = std::make_shared<const RecipeDraft>(draftRecipe({.recipe = card.card.id, .data = scenes({"segmentation", "depth", "normals"})}));
            slowest = std::max(slowest, double(timer.nsecsElapsed()) / 1e6);
            QVERIFY2(!draft->experiment.graph.nodes.empty(), card.card.id.c_str());
            QVERIFY2(card.explanation.size() == 3, card.card.id.c_str());
            picture.show(draft, Theme::light());
            const QImage image = picture.grab().toImage();
            int coloured = 0;
            for (int y = 0; y < image.height(); y += 2)
                for (int x = 0; x < image.width(); x += 2)
                    coloured += image.pixelColor(x, y).saturation() > 60;
            QVERIFY2(coloured > 100, card.card.id.c_str());
        }
        qInfo("%zu recipes; the slowest takes %.1f ms to lay out and analyse", RecipeRegistry::instance().entries().size(), slowest);
    }

    void costsOfAllAreCountedOffTheWindowsThread()
    {
        RecipeMaker maker;
        QSignalSpy counted(&maker, &RecipeMaker::counted);
        QElapsedTimer timer;
        timer.start();
        maker.countAll(scenes(), {"depth"});
        maker.countAll(scenes(), {"segmentation", "depth"}); // the newest wins
        const qint64 asked = timer.elapsed();
        QVERIFY(counted.wait(20000));
        QTest::qWait(0);
        QCOMPARE(counted.count(), 1);
        const auto costs = counted.at(0).at(0).value<RecipeCosts>();
        QCOMPARE(costs.size(), RecipeRegistry::instance().entries().size());
        QCOMPARE(costs.at("hps").parameters, analyse(RecipeRegistry::instance().make("hps")->make(scenes()).graph).parameters);
        QVERIFY(asked < 50);
    }
};

CONCORD_TEST(RecipePageTest)

} // namespace concord::test

#include "recipe_page_test.moc"
