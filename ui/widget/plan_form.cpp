#include "ui/widget/plan_form.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/session/session.h"
#include "ui/widget/param_form.h"
#include "ui/widget/swatch.h"

#include <QVBoxLayout>

#include <algorithm>

namespace concord {

namespace {

/// The own lists of optimisers and schedules lie in rooms that the window does not see: their settings are written as
/// "momentum = 0.9, nesterov = true", and the trainer names the known ones when one is wrong.
class NamedSettings : public Parametrised
{
public:
    explicit NamedSettings(const char *help)
        : help_(help)
    {
    }

    void params(ParamVisitor &visitor) override { visitor("further", further_, {.help = help_, .label = "Further settings"}); }

    /// All but the learning rate, which has a field of its own.
    static ParamMap read(const ParamMap &settings)
    {
        ParamMap values;
        std::vector<std::string> further;
        for (const auto &[name, value] : settings)
            if (name != "lr")
                further.push_back(name + " = " + paramText(value));
        if (!further.empty())
            values["further"] = further;
        return values;
    }

    /// Throws Error.
    static ParamMap parse(const ParamValue &value)
    {
        ParamMap values;
        for (const std::string &setting : std::get<std::vector<std::string>>(value)) {
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

    static QString refusal(const std::string &name, const ParamValue &value)
    {
        try {
            if (name == "further")
                parse(value);
        } catch (const Error &error) {
            return QString::fromUtf8(error.what());
        }
        return {};
    }

private:
    std::string help_;
    std::vector<std::string> further_;
};

class OptimiserSettings : public NamedSettings
{
public:
    OptimiserSettings()
        : NamedSettings("The optimiser's other settings, each as name = value: momentum = 0.9, weight_decay = 0.0001")
    {
    }

    void params(ParamVisitor &visitor) override
    {
        visitor("lr", rate_, {.help = "Base learning rate; the schedule scales it", .label = "Learning rate", .min = 0});
        NamedSettings::params(visitor);
    }

    static ParamMap read(const ParamMap &settings)
    {
        ParamMap values = NamedSettings::read(settings);
        if (const auto rate = settings.find("lr"); rate != settings.end())
            values.insert(*rate);
        return values;
    }

private:
    double rate_ = 1e-3;
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
    optimiserParams_->setCheck(NamedSettings::refusal);
    scheduleParams_->setCheck(NamedSettings::refusal);
    connect(optimiserParams_, &ParamForm::edited, this, &PlanForm::setOptimiserParam);
    connect(optimiserParams_, &ParamForm::resetWanted, this, [this](const QString &name) {
        Plan plan = document_.experiment().plan;
        if (name == u"lr")
            plan.optimiserParams.erase("lr");
        else
            std::erase_if(plan.optimiserParams, [](const auto &entry) { return entry.first != "lr"; });
        put(name, plan);
    });
    connect(scheduleParams_, &ParamForm::edited, this, [this](const QString &, const ParamValue &value) {
        Plan plan = document_.experiment().plan;
        plan.scheduleParams = NamedSettings::parse(value);
        put(tr("schedule settings"), plan);
    });
    connect(scheduleParams_, &ParamForm::resetWanted, this, [this](const QString &) {
        Plan plan = document_.experiment().plan;
        plan.scheduleParams.clear();
        put(tr("schedule settings"), plan);
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
    optimiserParams_->show([] { return std::make_unique<OptimiserSettings>(); }, OptimiserSettings::read(plan.optimiserParams));
    scheduleParams_->show([] { return std::make_unique<NamedSettings>("The schedule's own settings, each as name = value: gamma = 0.1, every = 1000"); },
                          NamedSettings::read(plan.scheduleParams));
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
    ParamMap settings = NamedSettings::parse(value);
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
