#include "tests/support/testing.h"
#include "ui/panel/panel.h"
#include "ui/widget/param_field.h"
#include "ui/widget/param_form.h"
#include "ui/widget/plan_form.h"

#include <QLineEdit>

#include <memory>

namespace concord::test {

class PlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsAndChangesTheDocument()
    {
        Workspace workspace;
        const std::unique_ptr<Panel> panel(PanelRegistry::instance().find("plan")->make()->create(workspace));
        panel->resize(260, 800);
        panel->show();
        QCOMPARE(panel->headerInfo(), QStringLiteral("10 epochs · batch 16"));
        auto *form = panel->findChild<PlanForm *>();
        auto *steps = qobject_cast<QLineEdit *>(form->rest()->field("steps")->editor());
        steps->selectAll();
        QTest::keyClicks(steps, QStringLiteral("600"));
        QTest::keyClick(steps, Qt::Key_Return);
        QCOMPARE(workspace.document.experiment().plan.steps, std::int64_t(600));
        QCOMPARE(panel->headerInfo(), QStringLiteral("600 steps · batch 16"));
        workspace.document.undoStack()->undo();
        QCOMPARE(steps->text(), QStringLiteral("0"));
    }
};

CONCORD_TEST(PlanTest)

} // namespace concord::test

#include "plan_test.moc"
