#include "ui/widget/plan_form.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/schedule/schedule.h"
#include "core/session/session.h"
#include "ui/widget/param_form.h"
#include "ui/widget/swatch.h"

#include <QVBoxLayout>

#include <algorithm>

namespace concord {

namespace {

/// The optimisers' own lists live beside torch, out of the window's sight: the rate that all of them have gets a field, and the others
/// are written as "momentum = 0.9, nesterov = true". The trainer names the known ones when one is wrong.
class OptimiserSettings : public Parametrised
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("lr", rate, {.help = "Base learning rate; the schedule scales it", .label = "Learning rate", .min = 0});
        visitor("further", further,
                {.help = "The optimiser's other settings, each as name = value: momentum = 0.9, weight_decay = 0.0001", .label = "Further settings"});
    }

    static ParamMap read(const Plan &plan)
    {
        ParamMap values;
        std::vector<std::string> further;
        for (const auto &[name, value] : plan.optimiserParams) {
            if (name == "lr")
                values["lr"] = value;
            else
                further.push_back(name + " = " + paramText(value));
        }
        if (!further.empty())
            values["further"] = further;
        return values;
    }

    /// Throws Error.
    static ParamMap parse(const std::vector<std::string> &settings)
    {
        ParamMap values;
        for (const std::string &setting : settings) {
            if (trim(setting).empty())
                continue;
            const std::vector<std::string> parts = split(setting, '=');
            if (parts.size() != 2 || trim(parts[0]).empty())
                throw Error("expected name = value, found '{}'", trim(setting));
            const std::string name = trim(parts[0]);
            const std::string text = trim(parts[1]);
            if (text == "true" || text == "false")
                values[name] = text == "true";
            else
                values[name] = parseParam(text, ParamValue(0.0), name);
        }
        return values;
    }

    double rate = 1e-3;
    std::vector<std::string> further;
};

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
    optimiserParams_->setCheck([](const std::string &name, const ParamValue &value) {
        try {
            if (name == "further")
                OptimiserSettings::parse(std::get<std::vector<std::string>>(value));
        } catch (const Error &error) {
            return QString::fromUtf8(error.what());
        }
        return QString();
    });
    connect(optimiserParams_, &ParamForm::edited, this, &PlanForm::setOptimiserParam);
    connect(optimiserParams_, &ParamForm::resetWanted, this, [this](const QString &name) {
        Plan plan = document_.experiment().plan;
        if (name == u"lr")
            plan.optimiserParams.erase("lr");
        else
            std::erase_if(plan.optimiserParams, [](const auto &entry) { return entry.first != "lr"; });
        put(name, plan);
    });
    connect(scheduleParams_, &ParamForm::edited, this, [this](const QString &name, const ParamValue &value) {
        Plan plan = document_.experiment().plan;
        plan.scheduleParams[name.toStdString()] = value;
        put(name, plan);
    });
    connect(scheduleParams_, &ParamForm::resetWanted, this, [this](const QString &name) {
        Plan plan = document_.experiment().plan;
        plan.scheduleParams.erase(name.toStdString());
        put(name, plan);
    });
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

void PlanForm::refresh()
{
    const Plan &plan = document_.experiment().plan;
    Plan copy = plan;
    const ParamMap values = writeParams(copy);
    const ParamForm::Make make = [] { return std::make_unique<Plan>(); };
    optimiser_->show(make, values, keepOnly({"optimiser"}, true));
    schedule_->show(make, values, keepOnly({"schedule", "warmupSteps"}, true));
    rest_->show(make, values, keepOnly({"optimiser", "schedule", "warmupSteps"}, false));
    optimiserParams_->show([] { return std::make_unique<OptimiserSettings>(); }, OptimiserSettings::read(plan));
    if (ScheduleRegistry::instance().find(plan.schedule))
        scheduleParams_->show([id = plan.schedule] { return ScheduleRegistry::instance().make(id); }, plan.scheduleParams);
    else
        scheduleParams_->clear();
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

void PlanForm::setOptimiserParam(const QString &name, const ParamValue &value)
{
    Plan plan = document_.experiment().plan;
    if (name == u"lr") {
        plan.optimiserParams["lr"] = value;
        put(name, plan);
        return;
    }
    ParamMap settings = OptimiserSettings::parse(std::get<std::vector<std::string>>(value));
    if (const auto rate = plan.optimiserParams.find("lr"); rate != plan.optimiserParams.end())
        settings.insert(*rate);
    plan.optimiserParams = std::move(settings);
    put(name, plan);
}

void PlanForm::put(const QString &name, const Plan &plan)
{
    document_.setPlan(tr("Set %1").arg(name), plan, QStringLiteral("plan/") + name);
}

} // namespace concord
