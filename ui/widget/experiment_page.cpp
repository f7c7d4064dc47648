#include "ui/widget/experiment_page.h"

#include "core/base/text.h"
#include "ui/widget/fact_list.h"
#include "ui/widget/plan_form.h"

#include <QEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace concord {

ExperimentPage::ExperimentPage(ExperimentDocument &document, QWidget *parent)
    : QWidget(parent)
    , document_(document)
    , name_(new QLineEdit(this))
    , description_(new QPlainTextEdit(this))
    , facts_(new FactList(this))
    , plan_(new PlanForm(document, this))
{
    name_->setObjectName(QStringLiteral("experimentName"));
    name_->setPlaceholderText(tr("Name of the experiment"));
    name_->setAccessibleName(tr("Name of the experiment"));
    name_->setStyleSheet(QStringLiteral(
        "QLineEdit#experimentName { border: 1px solid transparent; background: transparent; padding: 2px 3px; font-size: 15px; font-weight: 600; }"
        "QLineEdit#experimentName:hover, QLineEdit#experimentName:focus { border-color: palette(mid); }"));
    description_->setPlaceholderText(tr("What is it for?"));
    description_->setAccessibleName(tr("Description"));
    description_->setTabChangesFocus(true);
    description_->setFixedHeight(72);
    description_->installEventFilter(this);
    auto *rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(6);
    rows->addWidget(name_);
    auto *inset = new QVBoxLayout;
    inset->setContentsMargins(4, 0, 0, 0);
    inset->setSpacing(12);
    inset->addWidget(description_);
    inset->addWidget(facts_);
    inset->addWidget(plan_);
    rows->addLayout(inset);
    connect(name_, &QLineEdit::editingFinished, this, [this] {
        if (!name_->isModified())
            return;
        Experiment next = document_.experiment();
        next.name = name_->text().trimmed().toStdString();
        name_->setModified(false);
        document_.apply(tr("Rename experiment"), next);
    });
}

void ExperimentPage::show(const Theme &theme)
{
    const Experiment &experiment = document_.experiment();
    if (!name_->isModified())
        name_->setText(QString::fromStdString(experiment.name));
    if (!description_->hasFocus())
        description_->setPlainText(QString::fromStdString(experiment.description));
    const Analysis &analysis = document_.analysis();
    facts_->clear();
    facts_->setVisible(!experiment.graph.nodes.empty());
    if (analysis.parameters > 0) {
        facts_->addHeading(tr("Model"));
        facts_->addFact(tr("Parameters"), groupedNumber(analysis.parameters));
        facts_->addFact(tr("Shared by several tasks"), groupedNumber(analysis.sharedParameters));
        if (analysis.macs > 0)
            facts_->addFact(tr("Multiply-adds"), tr("%1 / sample").arg(QString::fromStdString(shortCount(double(analysis.macs)))));
    }
    if (!analysis.tasks.empty())
        facts_->addHeading(tr("Tasks"));
    for (std::size_t i = 0; i < analysis.tasks.size(); ++i)
        facts_->addMarked(theme.task(int(i)), QString::fromStdString(analysis.tasks[i].info.name));
    plan_->refresh();
}

void ExperimentPage::takeDescription()
{
    Experiment next = document_.experiment();
    next.description = description_->toPlainText().toStdString();
    document_.apply(tr("Describe experiment"), next);
}

bool ExperimentPage::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == description_ && event->type() == QEvent::FocusOut)
        takeDescription();
    return QWidget::eventFilter(watched, event);
}

} // namespace concord
