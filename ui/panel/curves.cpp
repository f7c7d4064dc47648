#include "ui/panel/run_panel.h"
#include "ui/plot/chip_strip.h"
#include "ui/plot/curve_plot.h"

#include <QActionGroup>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMenu>
#include <QSlider>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace concord {

/// The shown runs' series, one group at a time.
class CurvesPanel : public RunPanel
{
public:
    explicit CurvesPanel(Workspace &workspace)
        : RunPanel(workspace, Runs::all)
        , plot_(new CurvePlot)
        , groupMenu_(new QMenu(this))
        , moreMenu_(new QMenu(this))
    {
        plot_->setObjectName(QStringLiteral("curvePlot"));
        setPages(tr("Losses, metrics and task weights are drawn here while a run trains.\nPress Run, or choose one or more runs in the list."), plot_);
        plot_->setTheme(workspace.theme());
        plot_->setSmoothing(smoothing_);
        connect(plot_, &CurvePlot::cursorPicked, this, [this](qint64 step) { this->workspace().setCursorStep(step); });
        connect(&workspace, &Workspace::cursorStepChanged, this, [this] {
            if (isVisible())
                plot_->setCursorStep(this->workspace().cursorStep());
        });
        makeMenu();
    }

    QWidget *headerControls() override
    {
        auto *bar = new QWidget;
        auto *row = new QHBoxLayout(bar);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(4);
        const auto button = [&](const QString &text, const QString &tip) {
            auto *tool = new QToolButton(bar);
            tool->setProperty("quiet", true);
            tool->setText(text);
            tool->setToolTip(tip);
            row->addWidget(tool);
            return tool;
        };
        groupButton_ = button(QString(), tr("Which series are drawn"));
        groupButton_->setPopupMode(QToolButton::InstantPopup);
        groupButton_->setMenu(groupMenu_);
        auto *slider = new QSlider(Qt::Horizontal, bar);
        slider->setRange(0, 99);
        slider->setValue(int(std::lround(smoothing_ * 100)));
        slider->setFixedWidth(80);
        slider->setToolTip(tr("Smoothing: exponential moving average of the values per step; the raw curve stays behind it"));
        slider->setAccessibleName(tr("Smoothing"));
        auto *number = new QLabel(bar);
        const auto say = [number](double smoothing) { number->setText(tr("smoothing %1").arg(smoothing, 0, 'f', 2)); };
        say(smoothing_);
        number->setMinimumWidth(number->sizeHint().width());
        row->addWidget(number);
        row->addWidget(slider);
        connect(slider, &QSlider::valueChanged, this, [this, say](int value) {
            smoothing_ = value / 100.0;
            say(smoothing_);
            plot_->setSmoothing(smoothing_);
        });
        const auto checkable = [](QToolButton *tool) {
            tool->setCheckable(true);
            // Words, not boxes: what is on is bold and in the accent colour.
            tool->setStyleSheet(QStringLiteral("QToolButton { background: transparent; } QToolButton:checked { background: transparent; border-color: transparent; color: palette(highlight); font-weight: 600; }"));
            return tool;
        };
        auto *follow = button(tr("follow"), tr("Keep all of the run in view while it grows. Zooming or panning by hand holds the view; a double click follows again."));
        checkable(follow);
        follow->setChecked(plot_->follows());
        follow->setObjectName(QStringLiteral("follow"));
        connect(follow, &QToolButton::toggled, this, [this](bool on) { plot_->setFollow(on); });
        connect(plot_, &CurvePlot::followChanged, follow, &QToolButton::setChecked);
        auto *logY = button(tr("log y"), tr("Logarithmic values"));
        checkable(logY);
        logY->setChecked(logY_->isChecked());
        connect(logY, &QToolButton::toggled, logY_, &QAction::setChecked);
        connect(logY_, &QAction::toggled, logY, &QToolButton::setChecked);
        auto *more = button(tr("Export and axes"), tr("Axes, export"));
        more->setText(QStringLiteral("⤓"));
        more->setAccessibleName(tr("Axes and export"));
        more->setPopupMode(QToolButton::InstantPopup);
        more->setMenu(moreMenu_);
        nameGroup();
        return bar;
    }

    QList<QAction *> menuActions() override { return {logX_, logY_}; }

protected:
    void restyle() override { plot_->setTheme(workspace().theme()); }

    void refresh() override
    {
        QList<RunData *> runs;
        QStringList names;
        for (const int run : workspace().shownRuns())
            if (RunData *data = workspace().project.data(run)) {
                runs += data;
                for (const QString &name : data->seriesNames())
                    if (!names.contains(name))
                        names += name;
            }
        if (runs != runs_ || names != names_) {
            const bool others = runs != runs_;
            runs_ = runs;
            names_ = names;
            groups_ = runs.isEmpty() ? std::vector<CurveGroup>() : curveGroups(names, runs.first()->tasks());
            if (others)
                plot_->setRuns(runs);
            listGroups();
        }
        showContent(!groups_.empty());
        plot_->refresh();
        plot_->setCursorStep(workspace().cursorStep());
    }

private:
    void makeMenu()
    {
        auto *axes = new QActionGroup(this);
        const std::pair<QString, CurveX> choices[] = {{tr("x: step"), CurveX::step}, {tr("x: epoch"), CurveX::epoch}, {tr("x: training time"), CurveX::time}};
        for (const auto &[text, axis] : choices) {
            QAction *action = moreMenu_->addAction(text);
            action->setCheckable(true);
            action->setChecked(axis == x_);
            axes->addAction(action);
            connect(action, &QAction::triggered, this, [this, axis = axis] {
                x_ = axis;
                applyAxes();
            });
        }
        moreMenu_->addSeparator();
        const auto toggle = [this](const QString &text) {
            QAction *action = moreMenu_->addAction(text);
            action->setCheckable(true);
            connect(action, &QAction::toggled, this, [this] { applyAxes(); });
            return action;
        };
        logX_ = toggle(tr("Logarithmic x"));
        logY_ = toggle(tr("Logarithmic values"));
        moreMenu_->addAction(tr("Fit"), this, [this] { plot_->setFollow(true); });
        moreMenu_->addSeparator();
        moreMenu_->addAction(tr("Export what is shown as picture or table…"), this, [this] { exportShown(); });
    }

    void applyAxes() { plot_->setAxes(x_, logX_->isChecked(), logY_->isChecked()); }

    void exportShown()
    {
        const QString file = QFileDialog::getSaveFileName(this, tr("Export curves"), QStringLiteral("curves.png"), tr("Picture (*.png);;Vector picture (*.svg *.pdf);;Table (*.csv)"));
        if (file.isEmpty())
            return;
        const QString sentence = plot_->save(file);
        workspace().document.note(sentence.isEmpty() ? tr("Wrote %1").arg(file) : sentence);
    }

    void listGroups()
    {
        groupMenu_->clear();
        for (const CurveGroup &group : groups_) {
            QAction *action = groupMenu_->addAction(group.title);
            action->setCheckable(true);
            action->setChecked(group.id == group_);
            connect(action, &QAction::triggered, this, [this, id = group.id] {
                group_ = id;
                listGroups();
            });
        }
        const auto it = std::ranges::find(groups_, group_, &CurveGroup::id);
        const CurveGroup *shown = it != groups_.end() ? &*it : groups_.empty() ? nullptr : &groups_.front();
        plot_->setGroup(shown ? *shown : CurveGroup());
        title_ = shown ? shown->title : QString();
        nameGroup();
    }

    void nameGroup()
    {
        if (groupButton_)
            groupButton_->setText(title_.isEmpty() ? tr("Series ▾") : title_ + QStringLiteral(" ▾"));
    }

    CurvePlot *plot_;
    QMenu *groupMenu_;
    QMenu *moreMenu_;
    QPointer<QToolButton> groupButton_;
    QAction *logX_ = nullptr;
    QAction *logY_ = nullptr;
    CurveX x_ = CurveX::step;
    double smoothing_ = 0.9;
    QList<RunData *> runs_;
    QStringList names_;
    std::vector<CurveGroup> groups_;
    QString group_ = QStringLiteral("loss");
    QString title_;
};

static const RegisterPanel<CurvesPanel> registeredCurvesPanel{{.id = "curves", .title = "Curves", .category = "curves", .summary = "Losses, metrics, weights and speed of the shown runs"}};

} // namespace concord
