#include "ui/panel/front_reader.h"
#include "ui/panel/panel.h"
#include "ui/panel/procedure_dialog.h"
#include "ui/panel/procedure_strip.h"
#include "ui/plot/front_plot.h"
#include "ui/plot/number_text.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QStackedLayout>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <memory>

namespace concord {

/// Solutions with different trade-offs, as procedures found them: two tasks at a time. A click chooses the run, and the step, of a point.
class FrontPanel : public Panel
{
public:
    explicit FrontPanel(Workspace &workspace)
        : Panel(workspace)
        , plot_(new FrontPlot)
        , caption_(new QLabel)
        , stack_(new QStackedLayout)
    {
        auto *all = new QVBoxLayout(this);
        all->setContentsMargins(0, 0, 0, 0);
        all->setSpacing(0);
        all->addWidget(new ProcedureStrip(workspace, this));
        all->addLayout(stack_, 1);
        plot_->setObjectName(QStringLiteral("frontPlot"));
        plot_->setTheme(workspace.theme());
        caption_->setObjectName(QStringLiteral("dockInfo"));
        caption_->setWordWrap(true);
        auto *nothing = new QWidget;
        auto *words = new QLabel(tr("Fronts: what one task costs another.\n\nA procedure trains several runs with different trade-offs;\nits points appear here as they are found."));
        words->setObjectName(QStringLiteral("emptyWords"));
        words->setForegroundRole(QPalette::PlaceholderText);
        words->setAlignment(Qt::AlignCenter);
        words->setWordWrap(true);
        auto *begin = new QPushButton(tr("Run a procedure …"));
        begin->setObjectName(QStringLiteral("frontBegin"));
        begin->setProperty("primary", true);
        connect(begin, &QPushButton::clicked, this, [this] { openProcedures(); });
        auto *centre = new QVBoxLayout(nothing);
        centre->setContentsMargins(12, 8, 12, 8);
        centre->addStretch(1);
        centre->addWidget(words);
        centre->addSpacing(8);
        centre->addWidget(begin, 0, Qt::AlignCenter);
        centre->addStretch(1);
        auto *content = new QWidget;
        auto *layout = new QVBoxLayout(content);
        layout->setContentsMargins(8, 6, 8, 6);
        layout->setSpacing(2);
        layout->addWidget(plot_, 1);
        layout->addWidget(caption_);
        stack_->addWidget(nothing);
        stack_->addWidget(content);

        // Runs change many times a second while one trains; the fronts are read again after a moment, and not twice at once.
        later_.setSingleShot(true);
        later_.setInterval(1000);
        connect(&later_, &QTimer::timeout, this, [this] { read(); });
        connect(&workspace.project, &Project::runsChanged, this, [this] {
            if (isVisible() && !later_.isActive())
                later_.start();
        });
        connect(&workspace.project, &Project::opened, this, [this] {
            found_ = {};
            draw();
            read();
        });
        connect(&workspace, &Workspace::shownRunsChanged, this, [this] {
            draw();
            read();   // where the run stands beside the fronts
        });
        connect(&workspace, &Workspace::themeChanged, this, [this] {
            plot_->setTheme(this->workspace().theme());
            draw();
        });
        connect(plot_, &FrontPlot::picked, this, [this](int point) { pick(point); });
    }

    QWidget *headerControls() override
    {
        auto *bar = new QWidget;
        auto *row = new QHBoxLayout(bar);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(4);
        const auto chooser = [&](const QString &name, const QString &tip, auto changed) {
            auto *box = new QComboBox(bar);
            box->setAccessibleName(name);
            box->setToolTip(tip);
            box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
            row->addWidget(box);
            connect(box, &QComboBox::activated, this, [this, changed](int index) {
                changed(index);
                draw();
            });
            return QPointer<QComboBox>(box);
        };
        frontBox_ = chooser(tr("Front"), tr("The front that is shown, or all with the same tasks"), [this](int index) { chosen_ = frontBox_->itemData(index).toString(); });
        xBox_ = chooser(tr("Across"), tr("The task across"), [this](int index) { xTask_ = xBox_->itemText(index); });
        against_ = new QLabel(tr("against"), bar);
        against_->setObjectName(QStringLiteral("dockInfo"));
        row->addWidget(against_);
        yBox_ = chooser(tr("Up"), tr("The task upwards"), [this](int index) { yTask_ = yBox_->itemText(index); });
        kindBox_ = chooser(tr("Measure"), tr("Validation losses, or the tasks' main metrics"), [this](int index) { metrics_ = index == 1; });
        kindBox_->addItems({tr("loss"), tr("metric")});
        auto *procedure = new QToolButton(bar);
        procedure->setText(tr("Run a procedure …"));
        procedure->setObjectName(QStringLiteral("frontProcedure"));
        procedure->setToolTip(tr("Sweeps, Pareto sets and other things that take several runs"));
        row->addWidget(procedure);
        connect(procedure, &QToolButton::clicked, this, [this] { openProcedures(); });
        draw();
        return bar;
    }

protected:
    void showEvent(QShowEvent *event) override
    {
        Panel::showEvent(event);
        read();
    }

private:
    void openProcedures() { ProcedureDialog::openFor(workspace(), window()); }

    void read()
    {
        if (reading_ || !isVisible() || !workspace().project.isOpen())
            return;
        reading_ = true;
        auto found = std::make_shared<FoundFronts>();
        const QString file = workspace().project.file();
        const int run = workspace().currentRun();
        const auto work = [found, file, run] { *found = readFronts(file.toStdString(), run); };
        workspace().project.runInBackground(work, this, [this, found, file, run](const QString &) {
            reading_ = false;
            if (file != workspace().project.file() || run != workspace().currentRun())
                return read();
            found_ = std::move(*found);
            draw();
        });
    }

    /// The chosen front, or all that have the tasks of the newest.
    std::vector<const Front *> shown() const
    {
        std::vector<const Front *> result;
        for (const Front &front : found_.fronts)
            if (!front.points.empty() && (chosen_.isEmpty() ? haveSameTasks(front.tasks, newest().tasks) : QString::fromStdString(front.name) == chosen_))
                result.push_back(&front);
        return result;
    }

    const Front &newest() const { return *std::ranges::find_if(found_.fronts.rbegin(), found_.fronts.rend(), [](const Front &front) { return !front.points.empty(); }); }

    void draw()
    {
        if (found_.isEmpty()) {
            stack_->setCurrentIndex(0);
            setHeaderInfo({});
            drawn_.clear();
            listChoices({});
            return;
        }
        if (shown().empty())
            chosen_.clear();   // it was taken away, or is another project's
        stack_->setCurrentIndex(1);
        const std::vector<const Front *> fronts = shown();
        QStringList tasks;
        for (const FrontTask &task : fronts.front()->tasks)
            tasks += QString::fromStdString(task.name);
        if (!tasks.contains(xTask_))
            xTask_ = tasks.value(0);
        if (!tasks.contains(yTask_) || (yTask_ == xTask_ && tasks.size() > 1))
            yTask_ = tasks.value(tasks.value(0) == xTask_ ? 1 : 0, xTask_);
        listChoices(tasks);
        place(fronts, std::size_t(tasks.indexOf(xTask_)), std::size_t(tasks.indexOf(yTask_)));
        describe(fronts);
    }

    FrontPlot::Axis axis(const FrontTask &task) const
    {
        const QString name = QString::fromStdString(task.name);
        if (!metrics_)
            return {tr("%1 loss").arg(name), false};
        const QString unit = QString::fromStdString(task.unit);
        return {unit.isEmpty() ? QStringLiteral("%1 %2").arg(name, QString::fromStdString(task.metric)) : QStringLiteral("%1 %2, %3").arg(name, QString::fromStdString(task.metric), unit), task.higherIsBetter};
    }

    void place(const std::vector<const Front *> &fronts, std::size_t x, std::size_t y)
    {
        std::vector<FrontPlot::Point> points;
        drawn_.clear();
        for (std::size_t f = 0; f < fronts.size(); ++f)
            for (const FrontPoint &point : fronts[f]->points) {
                const std::vector<double> &values = metrics_ ? point.metrics : point.losses;
                if (!std::isfinite(values[x]) || !std::isfinite(values[y]))
                    continue;   // FrontPlot has no place for it, and both lists must stay alike
                points.push_back({values[x], values[y], point.dominated, point.run > 0 && point.run == workspace().currentRun(), int(f), words(*fronts[f], point), QString::fromStdString(point.label)});
                drawn_.push_back({point.run, point.step});
            }
        if (const FrontPoint *own = ownPoint(fronts)) {
            const std::vector<double> &values = metrics_ ? own->metrics : own->losses;
            points.push_back({values[x], values[y], false, true, int(fronts.size()), words(*fronts.front(), *own), tr("run %1").arg(own->run)});
            drawn_.push_back({own->run, own->step});
        }
        const bool joined = fronts.front()->tasks.size() == 2 && !metrics_;
        plot_->setPoints(std::move(points), axis(fronts.front()->tasks[x]), axis(fronts.front()->tasks[y]), joined);
    }

    /// The current run where it is on none of these fronts: what a sweep reaches beside what the run's method does.
    const FrontPoint *ownPoint(const std::vector<const Front *> &fronts) const
    {
        if (found_.run.empty() || !haveSameTasks(found_.tasks, fronts.front()->tasks))
            return nullptr;
        const FrontPoint &own = found_.run.front();
        const bool isOnOne = std::ranges::any_of(fronts, [&](const Front *front) { return std::ranges::any_of(front->points, [&](const FrontPoint &point) { return point.run == own.run; }); });
        const bool isFinite = std::ranges::all_of(metrics_ ? own.metrics : own.losses, [](double value) { return std::isfinite(value); });
        return isOnOne || !isFinite || own.run != workspace().currentRun() ? nullptr : &own;
    }

    QString runWords(int number) const
    {
        const auto &runs = workspace().project.runs();
        const auto run = std::ranges::find(runs, number, &RunSummary::number);
        return run == runs.end() ? tr("run %1").arg(number) : tr("run %1 %2").arg(number).arg(QString::fromStdString(run->name));
    }

    QString words(const Front &front, const FrontPoint &point) const
    {
        QStringList lines;
        if (!point.label.empty())
            lines = {QString::fromStdString(front.name), QString::fromStdString(point.label)};
        if (point.run > 0)
            lines += tr("%1, step %2").arg(runWords(point.run), groupedNumber(point.step));
        for (std::size_t i = 0; i < front.tasks.size(); ++i) {
            const FrontTask &task = front.tasks[i];
            lines += tr("%1: loss %2, %3 %4 %5").arg(QString::fromStdString(task.name), shortNumber(point.losses[i]), QString::fromStdString(task.metric), shortNumber(point.metrics[i]), QString::fromStdString(task.unit)).trimmed();
        }
        const QString text = lines.join(u'\n');
        return point.dominated ? text + tr("\ndominated: another point is at least as good for every task") : text;
    }

    void describe(const std::vector<const Front *> &fronts)
    {
        QStringList parts;
        const auto mark = [this](std::size_t front) { return QStringLiteral("<span style='color:%1'>%2</span>").arg(FrontPlot::colour(workspace().theme(), int(front)).name()).arg(FrontPlot::sign(int(front))); };
        for (std::size_t f = 0; f < fronts.size(); ++f) {
            const auto good = std::ranges::count(fronts[f]->points, false, &FrontPoint::dominated);
            QStringList corner;
            for (const double value : fronts[f]->reference)
                corner += shortNumber(value, 3);
            parts += tr("%1 %2: hyper-volume %3 of losses below (%4), %5 of %6 points not dominated, all %7 tasks counted")
                         .arg(mark(f), QString::fromStdString(fronts[f]->name).toHtmlEscaped(), shortNumber(fronts[f]->hyperVolume), corner.join(QStringLiteral(", ")))
                         .arg(good).arg(fronts[f]->points.size()).arg(fronts[f]->tasks.size());
        }
        if (const FrontPoint *own = ownPoint(fronts))
            parts += tr("%1 %2, on none of them").arg(mark(fronts.size()), runWords(own->run).toHtmlEscaped());
        caption_->setText(parts.join(QStringLiteral("<br>")));
        setHeaderInfo(fronts.size() > 1 ? tr("%n fronts", nullptr, int(fronts.size())) : QString());
    }

    void listChoices(const QStringList &tasks)
    {
        if (!frontBox_)
            return;
        frontBox_->clear();
        if (found_.fronts.size() > 1)
            frontBox_->addItem(tr("all fronts"), QString());
        for (const Front &front : found_.fronts)
            if (!front.points.empty())
                frontBox_->addItem(QString::fromStdString(front.name), QString::fromStdString(front.name));
        frontBox_->setCurrentIndex(std::max(0, frontBox_->findData(chosen_)));
        for (const auto &[box, task] : {std::pair(xBox_, xTask_), std::pair(yBox_, yTask_)}) {
            box->clear();
            box->addItems(tasks);
            box->setCurrentText(task);
            box->setVisible(tasks.size() > 1);
        }
        against_->setVisible(tasks.size() > 1);
        frontBox_->setVisible(frontBox_->count() > 1);
        kindBox_->setVisible(!tasks.isEmpty());
    }

    void pick(int point)
    {
        if (point < 0 || point >= int(drawn_.size()) || drawn_[std::size_t(point)].first == 0)
            return;
        const auto [run, step] = drawn_[std::size_t(point)];
        workspace().showRuns({run});
        workspace().setCursorStep(step);
    }

    FrontPlot *plot_;
    QLabel *caption_;
    QStackedLayout *stack_;
    QPointer<QComboBox> frontBox_, xBox_, yBox_, kindBox_;
    QPointer<QLabel> against_;
    QTimer later_;
    bool reading_ = false;
    FoundFronts found_;
    std::vector<std::pair<int, std::int64_t>> drawn_;   ///< run and step of the plot's points
    QString chosen_;   ///< "": all with the newest front's tasks
    QString xTask_, yTask_;
    bool metrics_ = false;
};

static const RegisterPanel<FrontPanel> registeredFrontPanel{{.id = "front", .title = "Fronts", .category = "front", .summary = "Trade-offs between two tasks, as procedures found them"}};

} // namespace concord
