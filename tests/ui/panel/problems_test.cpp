#include "tests/support/dense_experiment.h"
#include "tests/support/testing.h"
#include "ui/panel/panel.h"
#include "ui/widget/problem_row.h"

#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>

#include <memory>

namespace concord::test {

class ProblemsTest : public QObject
{
    Q_OBJECT

private:
    static std::unique_ptr<Panel> open(Workspace &workspace)
    {
        std::unique_ptr<Panel> panel(PanelRegistry::instance().find("problems")->make()->create(workspace));
        panel->resize(900, 200);
        panel->show();
        return panel;
    }

    static Experiment withWrongClasses()
    {
        Experiment experiment = denseExperiment();
        auto &classes = experiment.graph.find("segmentation_head")->params.at("classes");
        classes = std::get<std::int64_t>(classes) + 3;
        return experiment;
    }

    static QList<ProblemRow *> rows(const Panel &panel)
    {
        QList<ProblemRow *> visible;
        for (ProblemRow *row : panel.findChildren<ProblemRow *>())
            if (row->isVisible())
                visible += row;
        return visible;
    }

private Q_SLOTS:
    void aClickSelectsAndRevealsTheBlock()
    {
        Workspace workspace;
        workspace.document.load(withWrongClasses());
        const std::unique_ptr<Panel> panel = open(workspace);
        QSignalSpy revealed(&workspace.document, &ExperimentDocument::revealRequested);
        QVERIFY(!rows(*panel).isEmpty());
        QTest::mouseClick(rows(*panel).first(), Qt::LeftButton);
        QCOMPARE(revealed.count(), 1);
        QCOMPARE(revealed.at(0).at(0).toString(), QStringLiteral("segmentation_loss"));
        QCOMPARE(workspace.document.selection(), QSet<QString>{QStringLiteral("segmentation_loss")});
    }

    void theFixButtonCuresTheProblem()
    {
        Workspace workspace;
        workspace.document.load(withWrongClasses());
        const std::unique_ptr<Panel> panel = open(workspace);
        QCOMPARE(panel->headerInfo().left(7), QStringLiteral("1 error"));
        auto *fix = panel->findChild<QPushButton *>(QStringLiteral("fix"));
        QVERIFY(fix);
        QTest::mouseClick(fix, Qt::LeftButton);
        QVERIFY(workspace.document.analysis().runnable());
        QCOMPARE(workspace.document.graph(), denseExperiment().graph);
        QCOMPARE(panel->headerInfo().left(8), QStringLiteral("0 errors"));
        QCOMPARE(workspace.document.undoStack()->count(), 1);
        workspace.document.undoStack()->undo();
        QVERIFY(!workspace.document.analysis().runnable());
    }

    void errorsComeFirstAndTheTitleStandsForTheId()
    {
        Workspace workspace;
        Experiment experiment = withWrongClasses();
        experiment.graph.find("segmentation_loss")->title = "My <loss>";
        workspace.document.load(experiment);
        const std::unique_ptr<Panel> panel = open(workspace);
        QString text;
        for (const QLabel *label : rows(*panel).first()->findChildren<QLabel *>())
            text += label->text();
        QVERIFY2(text.contains(QStringLiteral("<b>My &lt;loss&gt;</b>")), qPrintable(text));
        QVERIFY(!text.contains(QStringLiteral("segmentation_loss:")));
    }

    void aHiddenPanelDoesNoWork()
    {
        Workspace workspace;
        const std::unique_ptr<Panel> panel = open(workspace);
        panel->hide();
        workspace.document.load(withWrongClasses());
        QCOMPARE(panel->headerInfo().left(7), QStringLiteral("1 error")); // the dock's title may still be seen
        QVERIFY(panel->findChildren<ProblemRow *>().isEmpty() || rows(*panel).isEmpty());
        panel->show();
        QVERIFY(!rows(*panel).isEmpty());
    }
};

CONCORD_TEST(ProblemsTest)

} // namespace concord::test

#include "problems_test.moc"
