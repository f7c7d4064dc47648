#include "core/session/comparison_result.h"
#include "core/session/recipe.h"
#include "tests/ui/job/quick_experiment.h"
#include "tests/ui/job/tiny_project.h"
#include "tests/ui/panel/panel_fixture.h"
#include "ui/model/comparison_model.h"
#include "ui/panel/compare_dialog.h"
#include "ui/panel/comparison_queue.h"
#include "ui/panel/method_picker.h"
#include "ui/panel/model_picker.h"
#include "ui/widget/choice_tree.h"

#include <QAbstractItemView>
#include <QCheckBox>
#include <QDialog>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>
#include <QTreeWidget>

namespace concord::test {

/// Choosing methods, carrying a comparison out in the project's queue, and its table.
class ComparePanelTest : public QObject
{
    Q_OBJECT

    static Experiment quick() { return quickExperiment(); }

    struct Desk : PanelFixture
    {
        Desk()
            : PanelFixture(false)
        {
            problem = workspace.project.open(folder_.filePath(QStringLiteral("p.concord")), true);
            workspace.document.load(quick());
        }

        CompareDialog *dialog(Panel *panel)
        {
            panel->menuActions().first()->trigger();
            return panel->window()->findChild<CompareDialog *>();
        }
    };

    template<class T>
    static T *part(QWidget *in, const char *name)
    {
        return in->findChild<T *>(QString::fromLatin1(name));
    }

    static void chooseKind(CompareDialog *dialog, CompareDialog::Kind kind)
    {
        auto *kinds = part<QTabBar>(dialog, "compareKinds");
        QTest::mouseClick(kinds, Qt::LeftButton, {}, kinds->tabRect(kind).center());
    }

    static QTreeWidgetItem *item(ChoiceTree *tree, const QString &id)
    {
        for (int i = 0; i < tree->list()->topLevelItemCount(); ++i)
            for (int j = 0; j < tree->list()->topLevelItem(i)->childCount(); ++j)
                if (QTreeWidgetItem *child = tree->list()->topLevelItem(i)->child(j); child->data(0, Qt::UserRole).toString() == id)
                    return child;
        return nullptr;
    }

    /// A click on the box of that line.
    static void tick(ChoiceTree *tree, const QString &id)
    {
        QTreeWidgetItem *found = item(tree, id);
        tree->list()->scrollToItem(found);
        const QRect row = tree->list()->visualItemRect(found);
        QTest::mouseClick(tree->list()->viewport(), Qt::LeftButton, {}, QPoint(row.left() + 10, row.center().y()));
    }

    static bool isReady(CompareDialog *dialog) { return part<QPushButton>(dialog, "compareStart")->isEnabled(); }

private Q_SLOTS:
    void saysWhatItIsFor()
    {
        Desk desk;
        Panel *panel = desk.open("compare");
        QVERIFY(desk.showsWords());
        QVERIFY(!part<QTableView>(panel, "comparisonTable")->isVisible());
    }

    void countsRunsAsTheyAreChosen()
    {
        Desk desk;
        Panel *panel = desk.open("compare");
        CompareDialog *dialog = desk.dialog(panel);
        QVERIFY(dialog);
        QTRY_VERIFY(isReady(dialog));
        // What is drawn is chosen, and equal weights always take part.
        QCOMPARE(dialog->picker()->specs(), (QStringList{QStringLiteral("equal"), QStringLiteral("pcgrad")}));
        const auto *count = part<QLabel>(dialog, "compareCount");
        // (equal + PCGrad + tuned sum) × 3 seeds, 2 tasks × 3 seeds, 8 trials.
        QTRY_COMPARE(count->text(), QStringLiteral("<b>23 runs</b>: 9 final, 6 single-task, 8 to search settings"));
        QVERIFY(part<QLabel>(dialog, "compareTime")->text().contains(QStringLiteral("not known")));
        dialog->picker()->check(QStringLiteral("mgda"), true);
        part<QCheckBox>(dialog, "compareBaselines")->setChecked(false);
        part<QCheckBox>(dialog, "compareSum")->setChecked(false);
        part<QSpinBox>(dialog, "compareSeeds")->setValue(5);
        QTRY_COMPARE(count->text(), QStringLiteral("<b>15 runs</b>: 15 final"));
        QVERIFY(!part<QSpinBox>(dialog, "compareTrials")->isEnabled());
    }

    void findsMethodsAndTakesTheirSettings()
    {
        Desk desk;
        CompareDialog *dialog = desk.dialog(desk.open("compare"));
        QTRY_VERIFY(isReady(dialog));
        MethodPicker *picker = dialog->picker();
        QTest::keyClicks(picker->search(), QStringLiteral("cagrad"));
        QCOMPARE(picker->list()->currentItem()->text(0), QStringLiteral("CAGrad"));
        // Return ticks it, and begins nothing.
        QTest::keyClick(picker->search(), Qt::Key_Return);
        QVERIFY(picker->specs().contains(QStringLiteral("cagrad")));
        QTest::keyClick(picker->search(), Qt::Key_Return);
        QVERIFY(!picker->specs().contains(QStringLiteral("cagrad")));
        QVERIFY(dialog->isVisible());
        picker->settings()->setFocus();
        QTest::keyClicks(picker->settings(), QStringLiteral("c=0.2 | c=0.8"));
        QCOMPARE(picker->specs(), (QStringList{QStringLiteral("cagrad:c=0.2"), QStringLiteral("cagrad:c=0.8"), QStringLiteral("equal"), QStringLiteral("pcgrad")}));
        QTRY_VERIFY(part<QLabel>(dialog, "compareCount")->text().contains(QStringLiteral("15 final")));
        picker->settings()->clear();
        QTest::keyClicks(picker->settings(), QStringLiteral("d=1"));
        QTRY_VERIFY(part<QLabel>(dialog, "compareCount")->text().contains(QStringLiteral("balance.d")));
        QVERIFY(!isReady(dialog));
    }

    void carriesAComparisonOut()
    {
        Desk desk;
        Panel *panel = desk.open("compare", {1200, 400});
        CompareDialog *dialog = desk.dialog(panel);
        QTRY_VERIFY(isReady(dialog));
        part<QSpinBox>(dialog, "compareSeeds")->setValue(2);
        part<QSpinBox>(dialog, "compareTrials")->setValue(2);
        QTRY_VERIFY(part<QLabel>(dialog, "compareCount")->text().contains(QStringLiteral("12 runs")));
        QTRY_VERIFY(isReady(dialog));
        QElapsedTimer timer;
        timer.start();
        QTest::mouseClick(part<QPushButton>(dialog, "compareStart"), Qt::LeftButton);
        QVERIFY2(timer.elapsed() < 500, "the window waits");
        QTRY_VERIFY(part<QProgressBar>(panel, "comparisonProgress")->isVisible());
        // Baselines, trials, final runs, and the tuned sum's, which are queued when its trials are over.
        QTRY_VERIFY_WITH_TIMEOUT(desk.workspace.project.runs().size() == 12 && std::ranges::all_of(desk.workspace.project.runs(), [](const RunSummary &run) { return run.state == RunState::finished; }), 120000);
        auto *table = part<QTableView>(panel, "comparisonTable");
        QTRY_COMPARE(table->model()->rowCount(), 4);
        QTRY_VERIFY(!part<QProgressBar>(panel, "comparisonProgress")->isVisible());
        QTRY_COMPARE(panel->headerInfo(), QStringLiteral("12 of 12 runs"));
        // A click on a row draws its runs.
        for (int row = 0; row < 4; ++row)
            if (const QModelIndex cell = table->model()->index(row, 0); cell.data(ComparisonModel::rowRole).toString() == u"pcgrad") {
                QTRY_COMPARE(cell.data(ComparisonModel::runsRole).toList().size(), 2);
                QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(cell).center());
            }
        QCOMPARE(desk.workspace.shownRuns().size(), 2);

        // Now that something has been trained, time can be told.
        dialog = desk.dialog(panel);
        QTRY_VERIFY(isReady(dialog));
        QTRY_VERIFY(part<QLabel>(dialog, "compareTime")->text().startsWith(QStringLiteral("About")));
    }

    void comparesRecipes()
    {
        Desk desk;
        Panel *panel = desk.open("compare", {1200, 400});
        CompareDialog *dialog = desk.dialog(panel);
        QTRY_VERIFY(isReady(dialog));
        chooseKind(dialog, CompareDialog::recipes);
        ChoiceTree *tree = dialog->recipePicker()->tree();
        QTRY_VERIFY_WITH_TIMEOUT(isReady(dialog), 60000);
        QCOMPARE(tree->choices().size(), RecipeRegistry::instance().entries().size() + 1);
        QCOMPARE(dialog->recipePicker()->entrants().size(), std::size_t(1));   // the graph that is drawn
        // Those for images say so, quietly and at the end.
        QTreeWidgetItem *refused = item(tree, QStringLiteral("mtan"));
        QVERIFY(refused && !(refused->flags() & Qt::ItemIsUserCheckable));
        QVERIFY2(refused->text(0).contains(QStringLiteral("expected images")), qPrintable(refused->text(0)));
        QVERIFY(tree->list()->indexOfTopLevelItem(refused->parent()) == tree->list()->topLevelItemCount() - 1);
        // One for vectors is found by typing and ticked by a click.
        QTest::keyClicks(tree->search(), QStringLiteral("mmoe"));
        QCOMPARE(tree->current()->card.id, std::string("mmoe"));
        tick(tree, QStringLiteral("mmoe"));
        QCOMPARE(dialog->recipePicker()->entrants().size(), std::size_t(2));
        QCOMPARE(dialog->recipePicker()->entrants().back().experiment.plan, quick().plan);
        part<QSpinBox>(dialog, "compareSeeds")->setValue(1);
        part<QCheckBox>(dialog, "compareSum")->setChecked(false);
        // Two lines and two single-task runs of one seed.
        QTRY_COMPARE(part<QLabel>(dialog, "compareCount")->text(), QStringLiteral("<b>4 runs</b>: 2 final, 2 single-task"));
        QTRY_VERIFY(isReady(dialog));
        QTest::mouseClick(part<QPushButton>(dialog, "compareStart"), Qt::LeftButton);
        auto *table = part<QTableView>(panel, "comparisonTable");
        QTRY_VERIFY_WITH_TIMEOUT(panel->headerInfo() == QStringLiteral("4 of 4 runs"), 120000);
        QTRY_COMPARE(table->model()->rowCount(), 3);
        // They differ in size: the table says by how much.
        const auto heads = [table] {
            QStringList texts;
            for (int column = 0; column < table->model()->columnCount(); ++column)
                texts += table->model()->headerData(column, Qt::Horizontal).toString().replace(u'\n', u' ');
            return texts;
        };
        for (const char *head : {"Model", "ms per step ↓", "para- meters", "MAC per sample"})
            QTRY_VERIFY2(heads().contains(QString::fromUtf8(head)), qPrintable(heads().join(u'|')));
    }

    void comparesExperiments()
    {
        Desk desk;
        Experiment wide = quick();
        wide.name = "wide";
        wide.graph.find("trunk")->params["hidden"] = std::vector<std::int64_t>{32};
        QCOMPARE(desk.workspace.project.start(wide), QString());
        QVERIFY(waitForState(desk.workspace.project, 1, RunState::finished));
        const QString mine = desk.folder_.filePath(QStringLiteral("deep.json"));
        Experiment deep = quick();
        deep.name = "deep";
        deep.graph.find("trunk")->params["hidden"] = std::vector<std::int64_t>{8, 8};
        saveExperiment(deep, mine.toStdString());
        const QString other = desk.folder_.filePath(QStringLiteral("other.json"));
        saveExperiment(tinyExperiment(2), other.toStdString());

        Panel *panel = desk.open("compare", {1200, 400});
        CompareDialog *dialog = desk.dialog(panel);
        chooseKind(dialog, CompareDialog::experiments);
        ChoiceTree *tree = dialog->experimentPicker()->tree();
        QTRY_VERIFY(isReady(dialog));
        QCOMPARE(tree->choices().size(), std::size_t(2));
        QVERIFY(QString::fromStdString(tree->choices()[1].card.title).startsWith(QStringLiteral("run 1, ")));
        tick(tree, QString::fromStdString(tree->choices()[1].card.id));
        dialog->addFiles({mine, other, desk.folder_.filePath(QStringLiteral("missing.json"))});
        QTRY_COMPARE(tree->choices().size(), std::size_t(5));
        QCOMPARE(dialog->experimentPicker()->entrants().size(), std::size_t(3));   // the drawn one, the run's and the file's
        QVERIFY(!tree->choices()[3].refusal.isEmpty() && tree->choices()[3].refusal.contains(QStringLiteral("scenes")));
        QVERIFY(tree->choices()[4].refusal.contains(QStringLiteral("missing.json")));
        part<QSpinBox>(dialog, "compareSeeds")->setValue(1);
        part<QCheckBox>(dialog, "compareSum")->setChecked(false);
        part<QCheckBox>(dialog, "compareBaselines")->setChecked(false);
        QTRY_COMPARE(part<QLabel>(dialog, "compareCount")->text(), QStringLiteral("<b>3 runs</b>: 3 final"));
        QTRY_VERIFY(isReady(dialog));
        QTest::mouseClick(part<QPushButton>(dialog, "compareStart"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(panel->headerInfo() == QStringLiteral("3 of 3 runs"), 120000);
        QTRY_COMPARE(part<QTableView>(panel, "comparisonTable")->model()->rowCount(), 3);
    }

    void nothingTickedIsNotStarted()
    {
        Desk desk;
        CompareDialog *dialog = desk.dialog(desk.open("compare"));
        chooseKind(dialog, CompareDialog::experiments);
        QTRY_VERIFY(isReady(dialog));
        QTest::mouseClick(dialog->experimentPicker()->findChild<QToolButton *>(QStringLiteral("tickNone")), Qt::LeftButton);
        QTRY_COMPARE(part<QLabel>(dialog, "compareCount")->text(), QStringLiteral("Tick what is to be compared."));
        QVERIFY(!isReady(dialog));
        // Keys alone lead back to the methods.
        part<QTabBar>(dialog, "compareKinds")->setFocus();
        QTest::keyClick(part<QTabBar>(dialog, "compareKinds"), Qt::Key_Left);
        QTest::keyClick(part<QTabBar>(dialog, "compareKinds"), Qt::Key_Left);
        QVERIFY(dialog->picker()->isVisible());
        QTRY_VERIFY(isReady(dialog));
    }

    void showsWhatAnotherProcessCompared()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("made.concord"));
        {
            RunStore store(file.toStdString(), RunStore::Mode::create);
            queueComparison(store, {.name = "made", .base = quick(), .entrants = {methodEntrant(quick(), "mgda")}, .seeds = {1}, .baselines = false, .sumTrials = 0});
        }
        PanelFixture fixture(false);
        Panel *panel = fixture.open("compare");
        fixture.workspace.project.open(file, false);
        QTRY_COMPARE(part<QTableView>(panel, "comparisonTable")->model()->rowCount(), 2);
        QVERIFY(!fixture.showsWords());
        QVERIFY(part<QToolButton>(fixture.controls(), "comparisonGoOn")->isVisibleTo(fixture.controls()));
        QCOMPARE(panel->headerInfo(), QStringLiteral("0 of 2 runs"));
    }

    void stopsAndGoesOn()
    {
        Desk desk;
        Experiment slow = quick();
        slow.plan.steps = 100000;
        Project &project = desk.workspace.project;
        ComparisonQueue queue(project);
        ComparisonSetup setup{.name = "slow", .base = slow, .entrants = {methodEntrant(slow, "mgda")}, .seeds = {1}, .baselines = false, .sumTrials = 0};
        queue.start(setup);
        QTRY_VERIFY_WITH_TIMEOUT(project.running() && project.live().step > 3, 30000);
        queue.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!project.running(), 30000);
        QVERIFY(queue.active().isEmpty());
        QCOMPARE(project.runs().size(), std::size_t(2));
        QVERIFY(std::ranges::all_of(project.runs(), [](const RunSummary &run) { return run.state == RunState::stopped; }));
        queue.goOn(QString::fromStdString(comparisonId(setup)));
        QTRY_VERIFY_WITH_TIMEOUT(project.running().has_value(), 30000);
        QCOMPARE(project.runs().size(), std::size_t(2));
        queue.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!project.running(), 30000);
    }
};

CONCORD_TEST(ComparePanelTest)

} // namespace concord::test

#include "compare_test.moc"
