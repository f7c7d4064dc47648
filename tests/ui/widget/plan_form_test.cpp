#include "core/session/session.h"
#include "tests/support/testing.h"
#include "ui/widget/param_field.h"
#include "ui/widget/param_form.h"
#include "ui/widget/plan_form.h"

#include <QComboBox>
#include <QLineEdit>

namespace concord::test {

class PlanFormTest : public QObject
{
    Q_OBJECT

private:
    static void type(const ParamForm *form, const char *name, const QString &text)
    {
        auto *edit = qobject_cast<QLineEdit *>(form->field(name)->editor());
        QVERIFY(edit);
        edit->selectAll();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
    }

private Q_SLOTS:
    void editsThePlanOneStepEach()
    {
        ExperimentDocument document;
        PlanForm form(document);
        QObject::connect(&document, &ExperimentDocument::changed, &form, &PlanForm::refresh);
        type(form.rest(), "epochs", QStringLiteral("25"));
        type(form.optimiserParams(), "lr", QStringLiteral("3e-4"));
        type(form.optimiserParams(), "weight_decay", QStringLiteral("0.01"));
        const Plan &plan = document.experiment().plan;
        QCOMPARE(plan.epochs, std::int64_t(25));
        QCOMPARE(plan.optimiserParams, (ParamMap{{"lr", 3e-4}, {"weight_decay", 0.01}}));
        QCOMPARE(document.undoStack()->count(), 3);
        document.undoStack()->undo();
        QCOMPARE(document.experiment().plan.optimiserParams, (ParamMap{{"lr", 3e-4}}));
    }

    void wrongSettingsAreRefusedUnderTheirField()
    {
        ExperimentDocument document;
        PlanForm form(document);
        type(form.optimiserParams(), "beta1", QStringLiteral("1.5"));
        QVERIFY(!form.optimiserParams()->field("beta1")->problem().isEmpty());
        type(form.rest(), "batch", QStringLiteral("0"));
        QVERIFY(!form.rest()->field("batch")->problem().isEmpty());
        QCOMPARE(document.undoStack()->count(), 0);
    }

    void optimiserAndScheduleAreChosenFromWhatIsRegistered()
    {
        ExperimentDocument document;
        PlanForm form(document);
        QObject::connect(&document, &ExperimentDocument::changed, &form, &PlanForm::refresh);
        auto *optimisers = qobject_cast<QComboBox *>(form.optimiser()->field("optimiser")->editor());
        QVERIFY(optimisers);
        QCOMPARE(optimisers->count(), int(listCards("optimisers").size()));
        auto *schedules = qobject_cast<QComboBox *>(form.schedule()->field("schedule")->editor());
        QVERIFY(schedules);
        schedules->setCurrentText(QStringLiteral("polynomial"));
        Q_EMIT schedules->activated(schedules->currentIndex());
        QCOMPARE(document.experiment().plan.schedule, std::string("polynomial"));
        type(form.scheduleParams(), "power", QStringLiteral("2"));
        QCOMPARE(document.experiment().plan.scheduleParams, (ParamMap{{"power", 2.0}}));
        schedules->setCurrentText(QStringLiteral("constant"));
        Q_EMIT schedules->activated(schedules->currentIndex());
        QVERIFY(document.experiment().plan.scheduleParams.empty()); // the old schedule's word means nothing to the new one
        QCOMPARE(form.scheduleParams()->fieldCount(), 0);
    }
};

CONCORD_TEST(PlanFormTest)

} // namespace concord::test

#include "plan_form_test.moc"
