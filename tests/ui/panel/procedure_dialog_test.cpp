#include "tests/ui/job/quick_experiment.h"
#include "tests/ui/job/tiny_project.h"
#include "tests/ui/panel/panel_fixture.h"
#include "ui/panel/procedure_dialog.h"
#include "ui/plot/front_plot.h"
#include "ui/widget/param_field.h"
#include "ui/widget/param_form.h"

#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

namespace concord::test {

/// Choosing a procedure, starting it, stopping it and seeing what came of it, with mouse and keys.
class ProcedureDialogTest : public QObject
{
    Q_OBJECT

    using Phase = ProcedureProgress::Phase;

    struct Desk : PanelFixture
    {
        explicit Desk(std::int64_t steps = 4)
            : PanelFixture(false)
        {
            problem = workspace.project.open(folder_.filePath(QStringLiteral("p.concord")), true);
            workspace.document.load(quickExperiment(steps));
            panel = open("front", {700, 420});
        }

        ProcedureDialog *dialog()
        {
            QTest::mouseClick(controls()->findChild<QToolButton *>(QStringLiteral("frontProcedure")), Qt::LeftButton);
            return panel->window()->findChild<ProcedureDialog *>();
        }
        const ProcedureProgress &procedure() { return workspace.project.procedure(); }

        Panel *panel;
    };

    template<class T>
    static T *part(QWidget *in, const char *name)
    {
        return in->findChild<T *>(QString::fromLatin1(name));
    }

    static void choose(ProcedureDialog *dialog, const char *id)
    {
        for (int row = 0; row < dialog->list()->count(); ++row)
            if (dialog->list()->item(row)->data(Qt::UserRole).toString() == QLatin1String(id))
                QTest::mouseClick(dialog->list()->viewport(), Qt::LeftButton, {}, dialog->list()->visualItemRect(dialog->list()->item(row)).center());
    }

    static void type(ProcedureDialog *dialog, const char *parameter, const char *text)
    {
        auto *line = dialog->form()->field(parameter)->findChild<QLineEdit *>();
        QTest::mouseDClick(line, Qt::LeftButton);
        QTest::keyClick(line, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(line, QString::fromLatin1(text));
        QTest::keyClick(line, Qt::Key_Return);   // takes the value, starts nothing
    }

private Q_SLOTS:
    void listsWhatThereIs()
    {
        Desk desk;
        QVERIFY(desk.showsWords());
        ProcedureDialog *dialog = desk.dialog();
        QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
        QCOMPARE(desk.dialog(), dialog);   // the same once more
        QStringList ids;
        for (int row = 0; row < dialog->list()->count(); ++row)
            if (const QString id = dialog->list()->item(row)->data(Qt::UserRole).toString(); !id.isEmpty())
                ids += id;
        QCOMPARE(std::size_t(ids.size()), ProcedureRegistry::instance().entries().size());
        // Keys go through them, past the headings, and each shows its card, its parameters and what these mean.
        for (int i = 0; i < dialog->list()->count(); ++i)
            QTest::keyClick(dialog->list(), Qt::Key_Up);
        QSet<QString> seen;
        for (int i = 0; i < dialog->list()->count(); ++i) {
            const std::string id = dialog->list()->currentItem()->data(Qt::UserRole).toString().toStdString();
            QVERIFY(!id.empty());
            seen.insert(QString::fromStdString(id));
            const auto procedure = ProcedureRegistry::instance().make(id);
            QCOMPARE(std::size_t(dialog->form()->fieldCount()), listParams(*procedure).size());
            QVERIFY(part<QLabel>(dialog, "procedureCard")->text().contains(QString::fromStdString(ProcedureRegistry::instance().find(id)->card.title)));
            QVERIFY(part<QLabel>(dialog, "procedureHelp")->text().contains(QString::fromStdString(listParams(*procedure).front().info.help).toHtmlEscaped()));
            QTest::keyClick(dialog->list(), Qt::Key_Down);
        }
        QCOMPARE(seen.size(), ids.size());
    }

    void carriesASweepOut()
    {
        Desk desk;
        ProcedureDialog *dialog = desk.dialog();
        choose(dialog, "weight_sweep");
        type(dialog, "divisions", "0");
        QTest::mouseClick(part<QPushButton>(dialog, "procedureStart"), Qt::LeftButton);
        QVERIFY(!desk.procedure().isActive());
        QVERIFY(part<QLabel>(dialog, "procedureBasis")->text().startsWith(QStringLiteral("Divisions: ")));
        type(dialog, "divisions", "4");
        QVERIFY(!desk.procedure().isActive());
        QVERIFY(part<QLabel>(dialog, "procedureBasis")->text().startsWith(QStringLiteral("Makes 3 runs, from")));   // 1 + 3, 2 + 2, 3 + 1 parts
        QTest::keyClicks(part<QLineEdit>(dialog, "procedureFront"), QStringLiteral("mine"));
        part<QSpinBox>(dialog, "procedureSteps")->setValue(6);
        QTest::mouseClick(part<QPushButton>(dialog, "procedureStart"), Qt::LeftButton);
        QVERIFY(desk.procedure().isActive());
        QVERIFY(!part<QPushButton>(dialog, "procedureStart")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(desk.procedure().phase == Phase::over, 60000);
        QCOMPARE(part<QLabel>(dialog, "procedureText")->text(), QStringLiteral("Weight sweep is done: 3 runs, front “mine”."));
        QVERIFY(part<QPlainTextEdit>(dialog, "procedureSayings")->toPlainText().contains(QStringLiteral("run 3")));
        QVERIFY(part<QPushButton>(dialog, "procedureStart")->isEnabled());
        QTRY_COMPARE(desk.workspace.project.runs().size(), std::size_t(3));
        QCOMPARE(desk.workspace.project.runs().back().totalSteps, std::int64_t(6));
        // Its front came by itself; the panel says how it ended.
        QTRY_COMPARE_WITH_TIMEOUT(desk.panel->findChild<FrontPlot *>()->points().size(), std::size_t(3), 20000);
        QVERIFY(!desk.showsWords());
        QVERIFY(part<QLabel>(desk.panel, "procedureText")->isVisible());
        QTest::mouseClick(part<QToolButton>(desk.panel, "procedureDismiss"), Qt::LeftButton);
        QVERIFY(!part<QWidget>(desk.panel, "procedureStrip")->isVisible());
        // A run of another method stands beside the front.
        desk.workspace.project.start(quickExperiment());
        QVERIFY(waitForState(desk.workspace.project, 4, RunState::finished));
        desk.workspace.showRuns({4});
        QTRY_COMPARE_WITH_TIMEOUT(desk.panel->findChild<FrontPlot *>()->points().size(), std::size_t(4), 20000);
        QCOMPARE(desk.panel->findChild<FrontPlot *>()->points().back().label, QStringLiteral("run 4"));
        desk.workspace.showRuns({2});
        QTRY_COMPARE(desk.panel->findChild<FrontPlot *>()->points().size(), std::size_t(3));
    }

    void isStoppedAndGoesOn()
    {
        Desk desk(1000000);
        ProcedureDialog *dialog = desk.dialog();
        choose(dialog, "weight_sweep");
        QTest::mouseClick(part<QPushButton>(dialog, "procedureStart"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(desk.procedure().step > 3, 60000);
        QTRY_VERIFY(part<QLabel>(dialog, "procedureText")->text().contains(QStringLiteral("run 1, step")));
        QVERIFY(part<QProgressBar>(dialog, "procedureBar")->isVisible());
        QTest::keyClick(dialog, Qt::Key_Escape);   // closing the dialog stops nothing
        QVERIFY(desk.procedure().isActive());
        QTest::mouseClick(part<QToolButton>(desk.panel, "procedureStop"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(desk.procedure().phase == Phase::over, 60000);
        auto *goOn = part<QToolButton>(desk.panel, "procedureGoOn");
        QVERIFY(goOn->isVisible());
        QVERIFY(!part<QProgressBar>(desk.panel, "procedureBar")->isVisible());
        QTest::mouseClick(goOn, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(desk.procedure().run == 1, 60000);
        desk.workspace.project.stopProcedure();
        QTRY_VERIFY_WITH_TIMEOUT(desk.procedure().phase == Phase::over, 60000);
    }

    void saysWhyItCannotStart()
    {
        Desk desk;
        Experiment broken = quickExperiment();
        broken.graph.edges.clear();
        desk.workspace.document.load(broken);
        ProcedureDialog *dialog = desk.dialog();
        choose(dialog, "recon");
        QVERIFY(!part<QPushButton>(dialog, "procedureStart")->isEnabled());
        QVERIFY(part<QLabel>(dialog, "procedureBasis")->text().contains(QStringLiteral("cannot run")));
        // One that starts from a run does not need the graph.
        type(dialog, "run", "7");
        QVERIFY(part<QPushButton>(dialog, "procedureStart")->isEnabled());
        QTest::mouseClick(part<QPushButton>(dialog, "procedureStart"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(desk.procedure().phase == Phase::over, 60000);
        const auto *text = part<QLabel>(dialog, "procedureText");
        QVERIFY2(text->text().startsWith(QStringLiteral("Recon failed: ")) && text->text().contains(u'7'), qPrintable(text->text()));
        QVERIFY(!text->styleSheet().isEmpty());
    }

    void startsFromTheCurrentRun()
    {
        Desk desk;
        desk.workspace.project.start(quickExperiment());
        QVERIFY(waitForState(desk.workspace.project, 1, RunState::finished));
        desk.workspace.showRuns({1});
        ProcedureDialog *dialog = desk.dialog();
        choose(dialog, "weight_sweep");
        QVERIFY(!part<QPushButton>(dialog, "procedureUseRun")->isVisible());
        choose(dialog, "continuous_pareto");
        auto *use = part<QPushButton>(dialog, "procedureUseRun");
        QVERIFY(use->isVisible() && use->text().contains(QStringLiteral("run 1")));
        QTest::mouseClick(use, Qt::LeftButton);
        QVERIFY(dialog->form()->field("run")->value() == ParamValue(std::int64_t(1)));
        QVERIFY(!part<QSpinBox>(dialog, "procedureSteps")->isEnabled());
    }

    void isDrawnInBothThemes()
    {
        Desk desk;
        ProcedureDialog *dialog = desk.dialog();
        for (const bool dark : {false, true}) {
            desk.workspace.setTheme(dark ? Theme::darkTheme() : Theme::light());
            QVERIFY(!dialog->grab().isNull() && !desk.panel->grab().isNull());
        }
    }
};

CONCORD_TEST(ProcedureDialogTest)

} // namespace concord::test

#include "procedure_dialog_test.moc"
