#include "ui/panel/panel.h"

#include "ui/widget/plan_form.h"
#include "ui/widget/scroll_page.h"

namespace concord {

/// How the experiment is trained: everything that is not topology.
class PlanPanel : public Panel
{
public:
    explicit PlanPanel(Workspace &workspace)
        : Panel(workspace)
        , form_(new PlanForm(workspace.document))
    {
        setMinimumWidth(256);   // narrower, the form is cut off at its right
        QVBoxLayout *rows = addScrollPage(this, {12, 10, 12, 12});
        rows->addWidget(form_);
        rows->addStretch(1);
        connect(&workspace.document, &ExperimentDocument::changed, this, [this] { refresh(); });
        refresh();
    }

protected:
    void showEvent(QShowEvent *) override { form_->refresh(); }

private:
    void refresh()
    {
        const Plan &plan = workspace().document.experiment().plan;
        setHeaderInfo(plan.steps > 0 ? tr("%1 steps · batch %2").arg(plan.steps).arg(plan.batch) : tr("%1 epochs · batch %2").arg(plan.epochs).arg(plan.batch));
        if (isVisible())
            form_->refresh();
    }

    PlanForm *form_;
};

static const RegisterPanel<PlanPanel> registeredPlan{Card{
    .id = "plan", .title = "Training plan", .category = "inspector", .summary = "Optimiser, schedule, epochs, batch, device, precision, seed and probes."}};

} // namespace concord
