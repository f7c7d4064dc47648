#include "ui/widget/plan_form.h"

#include "core/session/session.h"
#include "ui/widget/param_form.h"
#include "ui/widget/swatch.h"

#include <QVBoxLayout>

#include <algorithm>

namespace concord {

namespace {

/// What an optimiser or schedule has that nobody registered.
struct NoSettings : Parametrised
{
    void params(ParamVisitor &) override {}
};

ParamForm::Make partMaker(const std::string &family, const std::string &id)
{
    return [family, id]() -> std::unique_ptr<Parametrised> {
        std::unique_ptr<Parametrised> part = makePlanPart(family, id);
        return part ? std::move(part) : std::make_unique<NoSettings>();
    };
}

ParamForm::Adjust keepOnly(const std::vector<std::string> &names, bool keep)
{
    return [names, keep](std::vector<ParamSpec> &specs) {
        std::erase_if(specs, [&](const ParamSpec &spec) { return (std::ranges::find(names, spec.name) != names.end()) != keep; });
        for (ParamSpec &spec : specs)
            for (const char *family : {"optimisers", "schedules"})
                if (spec.name + "s" == family)
                    for (const Card &card : listCards(family))
                        spec.info.choices.push_back(card.id);
    };
}

} // namespace

PlanForm::PlanForm(ExperimentDocument &document, QWidget *parent)
    : QWidget(parent)
    , document_(document)
    , optimiser_(new ParamForm(this))
    , optimiserParams_(new ParamForm(this))
    , schedule_(new ParamForm(this))
    , scheduleParams_(new ParamForm(this))
    , rest_(new ParamForm(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    const auto section = [&](const QString &title, std::initializer_list<ParamForm *> forms) {
        if (layout->count())
            layout->addSpacing(6);
        layout->addWidget(quietLabel(title, this));
        for (ParamForm *form : forms)
            layout->addWidget(form);
    };
    section(tr("Optimisation"), {optimiser_, optimiserParams_});
    section(tr("Schedule"), {schedule_, scheduleParams_});
    section(tr("Run"), {rest_});
    for (ParamForm *form : {optimiser_, schedule_, rest_})
        connectPlan(form);
    connectPart(optimiserParams_, &Plan::optimiserParams);
    connectPart(scheduleParams_, &Plan::scheduleParams);
    refresh();
}

void PlanForm::connectPlan(ParamForm *form)
{
    connect(form, &ParamForm::edited, this, &PlanForm::setPlanParam);
    connect(form, &ParamForm::resetWanted, this, [this](const QString &name) {
        Plan usual;
        setPlanParam(name, writeParams(usual).at(name.toStdString()));
    });
}

void PlanForm::connectPart(ParamForm *form, ParamMap Plan::*settings)
{
    connect(form, &ParamForm::edited, this, [this, settings](const QString &name, const ParamValue &value) {
        Plan plan = document_.experiment().plan;
        (plan.*settings)[name.toStdString()] = value;
        put(name, plan);
    });
    connect(form, &ParamForm::resetWanted, this, [this, settings](const QString &name) {
        Plan plan = document_.experiment().plan;
        (plan.*settings).erase(name.toStdString());
        put(name, plan);
    });
}

void PlanForm::refresh()
{
    const Plan &plan = document_.experiment().plan;
    Plan copy = plan;
    const ParamMap values = writeParams(copy);
    const ParamForm::Make make = [] { return std::make_unique<Plan>(); };
    optimiser_->show(make, values, keepOnly({"optimiser"}, true));
    schedule_->show(make, values, keepOnly({"schedule", "warmupSteps"}, true));
    rest_->show(make, values, keepOnly({"optimiser", "schedule", "warmupSteps"}, false));
    optimiserParams_->show(partMaker("optimisers", plan.optimiser), plan.optimiserParams);
    scheduleParams_->show(partMaker("schedules", plan.schedule), plan.scheduleParams);
}

void PlanForm::setPlanParam(const QString &name, const ParamValue &value)
{
    Plan plan = document_.experiment().plan;
    if (!readParams(plan, {{name.toStdString(), value}}).empty())
        return;
    // Another optimiser's or schedule's settings would be unknown words to the new one; the rate is common to all.
    if (name == u"optimiser")
        std::erase_if(plan.optimiserParams, [](const auto &entry) { return entry.first != "lr"; });
    if (name == u"schedule")
        plan.scheduleParams.clear();
    put(name, plan);
}

void PlanForm::put(const QString &name, const Plan &plan)
{
    document_.setPlan(tr("Set %1").arg(name), plan, QStringLiteral("plan/") + name);
}

} // namespace concord
