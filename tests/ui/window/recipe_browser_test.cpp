#include "core/session/recipe.h"
#include "tests/support/testing.h"
#include "tests/ui/window/person.h"
#include "ui/widget/recipe_list.h"
#include "ui/widget/recipe_page.h"
#include "ui/window/example_gallery.h"
#include "ui/window/recipe_browser.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>

namespace concord::test {

/// The recipe browser in the window, by keyboard and mouse.
class RecipeBrowserTest : public QObject
{
    Q_OBJECT

private:
    RecipeBrowser *openByKey(MainWindow &window)
    {
        window.activateWindow();
        if (!QTest::qWaitForWindowActive(&window))
            return nullptr;
        QTest::keyClick(&window, Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
        auto *browser = window.findChild<RecipeBrowser *>();
        return browser && QTest::qWaitFor([browser] { return browser->page()->newButton()->isEnabled(); }) ? browser : nullptr;
    }

    std::unique_ptr<QTemporaryDir> folder_;

private Q_SLOTS:
    void init()
    {
        folder_ = std::make_unique<QTemporaryDir>();
        useSettingsIn(folder_->path());
    }

    void theKeyboardAloneFindsAndTakesARecipe()
    {
        MainWindow window;
        window.show();
        window.openLast();
        window.setMode(Mode::train);
        const Experiment before = window.workspace().document.experiment();
        RecipeBrowser *browser = openByKey(window);
        QVERIFY(browser);
        QCOMPARE(browser->list()->count(), int(RecipeRegistry::instance().entries().size()));
        QVERIFY(browser->searchField()->hasFocus());
        QTest::keyClicks(browser->searchField(), QStringLiteral("cross-st"));
        QCOMPARE(browser->list()->current(), QStringLiteral("cross_stitch"));
        QTRY_VERIFY(browser->page()->newButton()->isEnabled());
        QTest::keyClick(browser->searchField(), Qt::Key_Return);
        QTRY_VERIFY(!window.findChild<RecipeBrowser *>());
        ExperimentDocument &document = window.workspace().document;
        const auto &nodes = document.graph().nodes;
        QVERIFY(std::ranges::any_of(nodes, [](const Node &node) { return node.type == "cross_stitch"; }));
        QVERIFY(document.analysis().runnable());
        QCOMPARE(window.mode(), Mode::design);
        // Its data are those of the experiment, and one step brings that back.
        QVERIFY(document.graph().find("data"));
        QCOMPARE(document.undoStack()->count(), 1);
        document.undoStack()->undo();
        QCOMPARE(document.experiment(), before);
    }

    void ctrlEnterInsertsBesideWhatIsThereInOneStep()
    {
        MainWindow window;
        window.show();
        window.openLast();
        ExperimentDocument &document = window.workspace().document;
        const TaskGraph before = document.graph();
        RecipeBrowser *browser = openByKey(window);
        QVERIFY(browser);
        QTest::keyClicks(browser->searchField(), QStringLiteral("mtan"));
        QTRY_VERIFY(browser->page()->insertButton()->isEnabled());
        QTest::keyClick(browser->searchField(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(!window.findChild<RecipeBrowser *>());
        QVERIFY(document.graph().nodes.size() > before.nodes.size() + 10);
        QVERIFY(document.analysis().runnable());
        QCOMPARE(document.selection().size(), qsizetype(document.graph().nodes.size() - before.nodes.size()));
        QCOMPARE(document.undoStack()->count(), 1);
        document.undoStack()->undo();
        QCOMPARE(document.graph(), before);
    }

    void escapeLeavesEverythingAsItWas()
    {
        MainWindow window;
        window.show();
        window.openLast();
        RecipeBrowser *browser = openByKey(window);
        QVERIFY(browser);
        QTest::keyClick(browser->searchField(), Qt::Key_Escape);
        QTRY_VERIFY(!window.findChild<RecipeBrowser *>());
        QCOMPARE(window.workspace().document.undoStack()->count(), 0);
    }

    void filtersNarrowTheListAndAnEmptyOneSaysSo()
    {
        MainWindow window;
        window.show();
        window.openLast();
        RecipeBrowser *browser = openByKey(window);
        QVERIFY(browser);
        const auto all = listRecipes();
        const auto choose = [&](const char *name, const QVariant &value) {
            for (QComboBox *box : browser->findChildren<QComboBox *>())
                if (box->accessibleName() == QLatin1String(name))
                    box->setCurrentIndex(box->findData(value));
        };
        choose("Kind", QStringLiteral("moe"));
        QCOMPARE(browser->list()->count(), int(std::ranges::count(all, "moe", &RecipeCard::kind)));
        QVERIFY(browser->list()->count() > 1);
        choose("Kind", QString());
        choose("From year", 2018);
        choose("To year", 2019);
        QCOMPARE(browser->list()->count(), int(std::ranges::count_if(all, [](const RecipeCard &card) { return card.year == 2018 || card.year == 2019; })));
        choose("From year", std::ranges::min(all, {}, &RecipeCard::year).year);
        choose("To year", std::ranges::max(all, {}, &RecipeCard::year).year);
        QCOMPARE(browser->list()->count(), int(all.size()));
        auto *tasks = browser->findChild<QPushButton *>(QStringLiteral("recipeTasks"));
        for (QAction *action : tasks->menu()->actions())
            if (action->text() == u"classification")
                action->trigger();
        QCOMPARE(tasks->text(), QStringLiteral("classification"));
        QCOMPARE(browser->list()->count(), int(std::ranges::count_if(all, [](const RecipeCard &card) {
                     return std::ranges::find(card.suits, TaskKind::classification) != card.suits.end();
                 })));
        QTest::keyClicks(browser->searchField(), QStringLiteral("zzzz"));
        QCOMPARE(browser->list()->count(), 0);
        QVERIFY(!browser->page()->newButton()->isEnabled());
        QVERIFY(browser->findChild<QLabel *>(QStringLiteral("recipesFound"))->text().startsWith(QStringLiteral("0 of ")));
        browser->searchField()->clear();
        QTRY_VERIFY(browser->page()->newButton()->isEnabled());
        // By cost, once that is counted for the data.
        for (QComboBox *box : browser->findChildren<QComboBox *>())
            if (box->accessibleName().startsWith(QStringLiteral("Cost")))
                box->setCurrentIndex(1);
        QTRY_VERIFY(browser->list()->count() < int(all.size()));
    }

    void theListIsWalkedWithArrowsFromTheSearchField()
    {
        MainWindow window;
        window.show();
        window.openLast();
        RecipeBrowser *browser = openByKey(window);
        QVERIFY(browser);
        const QString first = browser->list()->current();
        QTest::keyClick(browser->searchField(), Qt::Key_Down);
        QVERIFY(browser->list()->current() != first);
        QVERIFY(browser->searchField()->hasFocus());
        const auto *title = browser->findChild<QLabel *>(QStringLiteral("recipeTitle"));
        QCOMPARE(title->text(), QString::fromStdString(RecipeRegistry::instance().find(browser->list()->current().toStdString())->card.title));
    }

    void theCanvasAndTheGalleryLeadHere()
    {
        MainWindow window;
        window.show();
        window.openFile(folder_->filePath(QStringLiteral("a.concord")));
        auto *gallery = window.findChild<ExampleGallery *>();
        QTest::mouseClick(gallery->findChild<QPushButton *>(QStringLiteral("galleryRecipes")), Qt::LeftButton);
        auto *browser = window.findChild<RecipeBrowser *>();
        QVERIFY(browser);
        QVERIFY(browser->isVisible());
        browser->reject();
        QTRY_VERIFY(!window.findChild<RecipeBrowser *>());
        auto *button = window.findChild<QToolButton *>(QStringLiteral("canvasRecipes"));
        QVERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        browser = window.findChild<RecipeBrowser *>();
        QVERIFY(browser);
        QTRY_VERIFY(browser->page()->insertButton()->isEnabled());
        QTest::mouseClick(browser->page()->insertButton(), Qt::LeftButton);
        QTRY_VERIFY(!window.findChild<RecipeBrowser *>());
        QVERIFY(window.workspace().document.analysis().runnable());
        QVERIFY(!button->isVisible());
    }
};

CONCORD_TEST(RecipeBrowserTest)

} // namespace concord::test

#include "recipe_browser_test.moc"
