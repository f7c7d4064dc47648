#include "ui/panel/run_panel.h"
#include "ui/plot/number_text.h"
#include "ui/plot/timeline_bar.h"

#include <QHBoxLayout>
#include <QTimer>
#include <QToolButton>

#include <algorithm>

namespace concord {

/// One slider that moves every plot, the conflict matrix and the predictions through the run's steps.
class TimelinePanel : public RunPanel
{
public:
    explicit TimelinePanel(Workspace &workspace)
        : RunPanel(workspace, Runs::current)
        , bar_(new TimelineBar)
        , play_(new QToolButton)
        , label_(new QLabel)
        , follow_(new QToolButton)
    {
        auto *content = new QWidget;
        auto *row = new QHBoxLayout(content);
        row->setContentsMargins(10, 4, 10, 4);
        row->setSpacing(8);
        auto *first = new QToolButton;
        first->setProperty("quiet", true);
        first->setText(QStringLiteral("❙◀"));
        first->setToolTip(tr("To the first stored predictions"));
        first->setAccessibleName(tr("First"));
        play_->setProperty("quiet", true);
        play_->setToolTip(tr("Play the stored predictions"));
        play_->setAccessibleName(tr("Play"));
        follow_->setText(tr("follow"));
        follow_->setCheckable(true);
        follow_->setToolTip(tr("Stay at the newest step"));
        follow_->setObjectName(QStringLiteral("followNewest"));
        QFont bold = label_->font();
        bold.setBold(true);
        label_->setFont(bold);
        label_->setObjectName(QStringLiteral("stepLabel"));
        for (QWidget *widget : {static_cast<QWidget *>(first), static_cast<QWidget *>(play_)})
            row->addWidget(widget);
        row->addWidget(bar_, 1);
        row->addWidget(label_);
        row->addWidget(follow_);
        setPages(tr("The time of the run: drag to see curves, conflict and predictions at any step."), content);
        restyle();
        timer_.setInterval(250);
        connect(&timer_, &QTimer::timeout, this, [this] { advance(); });
        connect(first, &QToolButton::clicked, this, [this] { rewind(); });
        connect(play_, &QToolButton::clicked, this, [this] { setPlaying(!timer_.isActive()); });
        connect(follow_, &QToolButton::clicked, this, [this](bool on) { pick(on ? -1 : done_); });
        connect(bar_, &TimelineBar::picked, this, [this](qint64 step) { pick(step); });
        connect(&workspace, &Workspace::cursorStepChanged, this, [this] { renew(); });
        setPlaying(false);
    }

protected:
    void restyle() override { bar_->setTheme(workspace().theme()); }

    void hideEvent(QHideEvent *) override { setPlaying(false); }

    void refresh() override
    {
        RunData *data = workspace().currentData();
        done_ = data ? data->summary().step : 0;
        if (const Series *steps = data ? data->series(QStringLiteral("lr")) : nullptr; steps && !steps->steps.empty())
            done_ = std::max(done_, steps->steps.back());
        if (data && !data->predictionSteps().empty())
            done_ = std::max(done_, data->predictionSteps().back());
        showContent(done_ > 0);
        if (!data || done_ <= 0)
            return;
        const std::int64_t total = std::max(done_, data->summary().totalSteps);
        bar_->setSteps(done_, total, data->predictionSteps());
        const std::int64_t cursor = workspace().cursorStep();
        bar_->setStep(cursor);
        follow_->setChecked(cursor < 0);
        label_->setText(tr("step %1 / %2").arg(groupedNumber(cursor < 0 ? done_ : cursor), groupedNumber(total)));
        // As wide as it can get, so that the slider does not wobble under the mouse.
        label_->setMinimumWidth(label_->fontMetrics().horizontalAdvance(tr("step %1 / %2").arg(groupedNumber(total), groupedNumber(total))) + 4);
    }

private:
    void pick(std::int64_t step)
    {
        setPlaying(false);
        workspace().setCursorStep(step);
    }

    void rewind()
    {
        RunData *data = workspace().currentData();
        pick(data && !data->predictionSteps().empty() ? data->predictionSteps().front() : 0);
    }

    void setPlaying(bool on)
    {
        // From the newest step on there is nothing to play: it begins anew.
        if (on && workspace().cursorStep() < 0)
            rewind();
        play_->setText(on ? QStringLiteral("❚❚") : QStringLiteral("▶"));
        on ? timer_.start() : timer_.stop();
    }

    void advance()
    {
        const std::int64_t next = bar_->nextTick(1);
        workspace().setCursorStep(next);
        if (next < 0)
            setPlaying(false);
    }

    TimelineBar *bar_;
    QToolButton *play_;
    QLabel *label_;
    QToolButton *follow_;
    QTimer timer_;
    std::int64_t done_ = 0;
};

static const RegisterPanel<TimelinePanel> registeredTimelinePanel{{.id = "timeline", .title = "Timeline", .category = "timeline", .summary = "One step slider for curves, conflict and predictions"}};

} // namespace concord
