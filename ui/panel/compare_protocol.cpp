#include "ui/panel/compare_protocol.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>

namespace concord {

CompareProtocol::CompareProtocol(const Plan &plan, QWidget *parent)
    : QWidget(parent)
    , plan_(plan)
    , seeds_(new QSpinBox(this))
    , steps_(new QSpinBox(this))
    , baselines_(new QCheckBox(tr("Single-task baselines, for Δm"), this))
    , sum_(new QCheckBox(tr("Tuned sum of the losses"), this))
    , trials_(new QSpinBox(this))
    , tuneAll_(new QCheckBox(tr("As many learning rates for every line"), this))
    , decay_(new QCheckBox(tr("Search weight decay too"), this))
{
    setFixedWidth(270);
    seeds_->setObjectName(QStringLiteral("compareSeeds"));
    seeds_->setRange(1, 50);
    seeds_->setValue(3);
    seeds_->setToolTip(tr("Each line is trained with this many seeds, from the plan's seed on"));
    steps_->setObjectName(QStringLiteral("compareSteps"));
    steps_->setRange(0, 100000000);
    steps_->setSpecialValueText(plan_.steps > 0 ? tr("as planned, %L1").arg(plan_.steps) : tr("as planned, epochs: %1").arg(plan_.epochs));
    trials_->setObjectName(QStringLiteral("compareTrials"));
    trials_->setRange(1, 200);
    trials_->setValue(8);
    trials_->setSuffix(tr(" trials"));
    baselines_->setObjectName(QStringLiteral("compareBaselines"));
    baselines_->setChecked(true);
    baselines_->setToolTip(tr("One run per task and seed, of the graph that is drawn"));
    sum_->setObjectName(QStringLiteral("compareSum"));
    sum_->setChecked(true);
    sum_->setToolTip(tr("A search over learning rate and static weights of the graph that is drawn. Two papers found that such a sum often wins over methods that were\n"
                        "tuned as well (Kurin et al., NeurIPS 2022; Xin et al., NeurIPS 2022)."));
    tuneAll_->setObjectName(QStringLiteral("compareTuneAll"));
    tuneAll_->setToolTip(tr("Gives every line, and the baselines, the same number of trials as the tuned sum: the fair comparison, and the long one"));
    decay_->setToolTip(tr("Adds weight decay to what the trials search"));

    auto *form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    const auto heading = [this](const QString &text) { return new QLabel(QStringLiteral("<b>%1</b>").arg(text), this); };
    form->addRow(heading(tr("Runs")));
    form->addRow(tr("Seeds"), seeds_);
    form->addRow(tr("Steps"), steps_);
    form->addRow(heading(tr("Beside them")));
    form->addRow(baselines_);
    form->addRow(sum_);
    form->addRow(tr("Search"), trials_);
    form->addRow(tuneAll_);
    form->addRow(decay_);

    for (QCheckBox *box : {baselines_, sum_, tuneAll_, decay_})
        connect(box, &QCheckBox::toggled, this, [this] {
            enable();
            Q_EMIT changed();
        });
    for (QSpinBox *box : {seeds_, steps_, trials_}) {
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
        connect(box, &QSpinBox::valueChanged, this, &CompareProtocol::changed);
    }
}

void CompareProtocol::enable()
{
    const bool searches = sum_->isChecked() || tuneAll_->isChecked();
    trials_->setEnabled(searches);
    decay_->setEnabled(searches);
}

std::int64_t CompareProtocol::steps() const
{
    return steps_->value() > 0 ? steps_->value() : plan_.steps;
}

void CompareProtocol::fill(ComparisonSetup &setup) const
{
    setup.seeds.clear();
    for (int i = 0; i < seeds_->value(); ++i)
        setup.seeds.push_back(plan_.seed + i);
    setup.steps = steps_->value();
    setup.baselines = baselines_->isChecked();
    setup.sumTrials = sum_->isChecked() ? trials_->value() : 0;
    setup.tuneTrials = tuneAll_->isChecked() ? trials_->value() : 0;
    setup.tuneWeightDecay = decay_->isChecked() && decay_->isEnabled();
}

} // namespace concord
