#include "ui/widget/param_form.h"

#include "ui/widget/param_field.h"

#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace concord {

ParamForm::ParamForm(QWidget *parent)
    : QWidget(parent)
    , rows_(new QVBoxLayout)
    , advancedRows_(new QVBoxLayout)
    , advancedBox_(new QWidget(this))
    , advanced_(new QToolButton(this))
{
    rows_->setSpacing(6);
    advancedRows_->setSpacing(6);
    advancedRows_->setContentsMargins(0, 0, 0, 0);
    advancedBox_->setLayout(advancedRows_);
    advanced_->setProperty("quiet", true);
    advanced_->setText(tr("Advanced"));
    advanced_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    advanced_->setArrowType(Qt::RightArrow);
    advanced_->setAutoRaise(true);
    advanced_->setCheckable(false);
    advanced_->setForegroundRole(QPalette::PlaceholderText);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(rows_);
    layout->addWidget(advanced_, 0, Qt::AlignLeft);
    layout->addWidget(advancedBox_);
    connect(advanced_, &QToolButton::clicked, this, [this] { showAdvanced(advancedBox_->isHidden()); });
    showAdvanced(false);
    advanced_->hide();
}

void ParamForm::showAdvanced(bool on)
{
    advancedBox_->setVisible(on);
    advanced_->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
}

void ParamForm::clear()
{
    rebuild({}, {});
    make_ = nullptr;
    values_.clear();
}

void ParamForm::show(Make make, const ParamMap &values, const Adjust &adjust)
{
    make_ = std::move(make);
    values_ = values;
    // The list itself may depend on values (a balance method's own parameters), so defaults are those of an object that was told them,
    // each with its own value taken out.
    const std::unique_ptr<Parametrised> present = make_();
    readParams(*present, values);
    std::vector<ParamSpec> specs = listParams(*present);
    if (adjust)
        adjust(specs);
    ParamMap defaults;
    for (const ParamSpec &spec : specs) {
        const auto set = values.find(spec.name);
        if (set == values.end()) {
            defaults[spec.name] = spec.value;
            continue;
        }
        ParamMap others = values;
        others.erase(spec.name);
        const std::unique_ptr<Parametrised> without = make_();
        readParams(*without, others);
        const ParamMap written = writeParams(*without);
        const auto usual = written.find(spec.name);
        defaults[spec.name] = usual == written.end() ? spec.value : usual->second;
    }
    const bool same = specs.size() == fields_.size() &&
                      std::ranges::equal(specs, fields_, [](const ParamSpec &spec, const ParamField *field) { return field->isLike(spec); });
    if (!same) {
        rebuild(specs, defaults);
        return;
    }
    for (std::size_t i = 0; i < specs.size(); ++i)
        fields_[i]->setValue(specs[i].value, defaults[specs[i].name]);
}

void ParamForm::rebuild(const std::vector<ParamSpec> &specs, const ParamMap &defaults)
{
    // An editor may be the one whose signal brought us here.
    for (ParamField *field : fields_) {
        field->hide();
        field->disconnect(this);
        field->deleteLater();
    }
    fields_.clear();
    bool anyAdvanced = false;
    for (const ParamSpec &spec : specs) {
        auto *field = new ParamField(
            spec, defaults.at(spec.name), [this, name = spec.name](const ParamValue &value) { return check(name, value); }, this);
        connect(field, &ParamField::edited, this, &ParamForm::edited);
        connect(field, &ParamField::resetWanted, this, &ParamForm::resetWanted);
        (spec.info.advanced ? advancedRows_ : rows_)->addWidget(field);
        anyAdvanced = anyAdvanced || spec.info.advanced;
        fields_.push_back(field);
    }
    advanced_->setVisible(anyAdvanced);
    if (!anyAdvanced)
        showAdvanced(false);
}

QString ParamForm::check(const std::string &name, const ParamValue &value) const
{
    ParamMap values = values_;
    values[name] = value;
    const std::unique_ptr<Parametrised> object = make_();
    for (const ParamProblem &problem : readParams(*object, values))
        if (problem.name == name)
            return QString::fromStdString(problem.message);
    return furtherCheck_ ? furtherCheck_(name, value) : QString();
}

ParamField *ParamForm::field(const std::string &name) const
{
    const auto it = std::ranges::find(fields_, name, &ParamField::name);
    return it == fields_.end() ? nullptr : *it;
}

} // namespace concord
