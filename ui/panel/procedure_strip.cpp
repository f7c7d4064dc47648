#include "ui/panel/procedure_strip.h"

#include "ui/plot/number_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace concord {

using Phase = ProcedureProgress::Phase;

ProcedureStrip::ProcedureStrip(Workspace &workspace, QWidget *parent)
    : QWidget(parent)
    , workspace_(workspace)
    , text_(new QLabel(this))
    , bar_(new QProgressBar(this))
{
    setObjectName(QStringLiteral("procedureStrip"));
    text_->setObjectName(QStringLiteral("procedureText"));
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    bar_->setObjectName(QStringLiteral("procedureBar"));
    bar_->setAccessibleName(tr("Progress of the procedure"));
    bar_->setTextVisible(false);
    bar_->setRange(0, 1000);
    auto *row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(text_, 1);
    const auto button = [&](const QString &text, const char *name, const QString &tip, auto call) {
        auto *made = new QToolButton(this);
        made->setText(text);
        made->setObjectName(QLatin1String(name));
        made->setToolTip(tip);
        row->addWidget(made, 0, Qt::AlignTop);
        connect(made, &QToolButton::clicked, this, call);
        return made;
    };
    Project &project = workspace_.project;
    goOn_ = button(tr("Go on"), "procedureGoOn", tr("What is finished is not trained again"), [&project] {
        if (const QString refusal = project.startProcedure(project.procedure().order); !refusal.isEmpty())
            Q_EMIT project.message(refusal);
    });
    stop_ = button(tr("Stop"), "procedureStop", tr("Runs keep their checkpoints; “Go on” takes it up again"), [&project] { project.stopProcedure(); });
    dismiss_ = button(QStringLiteral("✕"), "procedureDismiss", tr("Take this line away; its runs and its front stay"), [&project] { project.dismissProcedure(); });
    dismiss_->setProperty("quiet", true);
    dismiss_->setAccessibleName(tr("Take this line away"));
    auto *rows = new QVBoxLayout(this);
    rows->setContentsMargins(10, 6, 10, 6);
    rows->setSpacing(4);
    rows->addLayout(row);
    rows->addWidget(bar_);
    connect(&project, &Project::procedureChanged, this, &ProcedureStrip::refresh);
    connect(&workspace_, &Workspace::themeChanged, this, &ProcedureStrip::refresh);
    refresh();
}

void ProcedureStrip::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

QString ProcedureStrip::words(const ProcedureProgress &progress) const
{
    if (progress.phase == Phase::waiting)
        return tr("%1 begins when run %2 is over.").arg(progress.title).arg(workspace_.project.running().value_or(0));
    if (progress.phase == Phase::stopping)
        return tr("Stopping %1, keeping checkpoints …").arg(progress.title);
    if (progress.phase == Phase::over)
        return progress.endSentence();
    QString text = progress.total > 0 ? tr("%1: %2 of %3 done").arg(progress.title, groupedNumber(progress.done), groupedNumber(progress.total)) : tr("%1: preparing …").arg(progress.title);
    if (progress.run > 0)
        text += progress.steps > 0 ? tr(" · run %1, step %2 of %3").arg(progress.run).arg(groupedNumber(progress.step), groupedNumber(progress.steps)) : tr(" · run %1").arg(progress.run);
    if (const double left = progress.secondsLeft(); left > 0)
        text += tr(" · about %1 left").arg(durationText(left));
    return text;
}

void ProcedureStrip::refresh()
{
    const ProcedureProgress &progress = workspace_.project.procedure();
    setVisible(progress.phase != Phase::none && parentWidget());
    if (!isVisible())
        return;
    const bool over = progress.phase == Phase::over;
    const bool failed = over && progress.result.state == RunState::failed;
    text_->setText(words(progress));
    text_->setStyleSheet(failed ? QStringLiteral("color: %1").arg(workspace_.theme().error.name()) : QString());
    bar_->setVisible(!over);
    bar_->setValue(int(1000 * progress.share()));
    stop_->setVisible(!over);
    stop_->setEnabled(progress.phase != Phase::stopping);
    goOn_->setVisible(over && progress.result.state != RunState::finished);
    dismiss_->setVisible(over);
}

} // namespace concord
