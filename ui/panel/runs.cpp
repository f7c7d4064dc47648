#include "core/graph/single_task.h"
#include "core/session/session.h"
#include "ui/model/run_list_model.h"
#include "ui/panel/panel.h"

#include <QApplication>
#include <QItemSelectionModel>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>
#include <memory>

namespace concord {

namespace {

/// Sign, number and name; share and time left at the right; a thin bar while it trains.
class RunDelegate : public QStyledItemDelegate
{
public:
    RunDelegate(Workspace &workspace, QObject *parent)
        : QStyledItemDelegate(parent)
        , workspace_(workspace)
    {
    }

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const override { return {100, option.fontMetrics.height() + 14}; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Theme &theme = workspace_.theme();
        const auto state = RunState(index.data(RunListModel::stateRole).toInt());
        const bool active = state == RunState::running || state == RunState::paused;
        const bool selected = option.state & QStyle::State_Selected;
        painter->save();
        if (selected)
            painter->fillRect(option.rect, theme.dark ? QColor(109, 155, 255, 46) : QColor(42, 107, 242, 28));
        if (selected)
            painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), theme.accent);

        const QRect line = option.rect.adjusted(10, 4, -8, -6);
        const QString right = rightText(index, state);
        const int rightWidth = option.fontMetrics.horizontalAdvance(right);
        painter->setPen(theme.quiet);
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, right);

        QFont font = option.font;
        font.setBold(active);
        painter->setFont(font);
        painter->setPen(state == RunState::failed ? theme.error : state == RunState::finished ? theme.good : active ? theme.accent : theme.quiet);
        const QString sign = stateSign(state);
        painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, sign);
        painter->setPen(theme.text);
        const QString name = QStringLiteral("%1  %2").arg(index.data(RunListModel::runRole).toInt()).arg(index.siblingAtColumn(RunListModel::nameColumn).data().toString());
        const QRect nameRect = line.adjusted(20, 0, -rightWidth - 10, 0);
        painter->drawText(nameRect, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(font).elidedText(name, Qt::ElideRight, nameRect.width()));

        if (active) {
            const QRectF bar(line.left(), option.rect.bottom() - 4, line.width(), 3);
            painter->setPen(Qt::NoPen);
            painter->setBrush(theme.line);
            painter->drawRoundedRect(bar, 1.5, 1.5);
            painter->setBrush(theme.accent);
            painter->drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * index.data(RunListModel::shareRole).toDouble(), bar.height()), 1.5, 1.5);
        }
        painter->restore();
    }

private:
    QString rightText(const QModelIndex &index, RunState state) const
    {
        const Project::Live live = workspace_.project.live();
        if (state == RunState::running && live.run == index.data(RunListModel::runRole).toInt() && live.total > 0)
            return tr("%1 % · %2 s").arg(int(100 * live.step / live.total)).arg(qRound(live.secondsLeft));
        if (state == RunState::queued)
            return stateText(state);
        if (state == RunState::finished || state == RunState::running)
            return index.siblingAtColumn(RunListModel::progressColumn).data().toString();
        return stateText(state);
    }

    Workspace &workspace_;
};

} // namespace

/// The runs of the project, newest first: choose which are drawn; start, queue, pause, stop, resume, duplicate, delete with undo.
class RunsPanel : public Panel
{
public:
    explicit RunsPanel(Workspace &workspace)
        : Panel(workspace)
        , model_(new RunListModel(this))
        , view_(new QListView(this))
        , undoRow_(new QWidget(this))
        , undoText_(new QLabel(undoRow_))
    {
        view_->setModel(model_);
        view_->setModelColumn(RunListModel::nameColumn);
        view_->setItemDelegate(new RunDelegate(workspace, this));
        view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
        view_->setEditTriggers(QAbstractItemView::EditKeyPressed);
        view_->setContextMenuPolicy(Qt::CustomContextMenu);
        view_->setObjectName(QStringLiteral("runsView"));
        view_->setAccessibleName(tr("Runs"));
        auto *empty = new QLabel(tr("No runs yet.\n\nPress Run to train the graph;\neach run appears here with its progress."), this);
        empty->setAlignment(Qt::AlignCenter);
        empty->setWordWrap(true);

        auto *undo = new QPushButton(tr("Undo"), undoRow_);
        undo->setObjectName(QStringLiteral("undoDelete"));
        auto *undoLayout = new QHBoxLayout(undoRow_);
        undoLayout->setContentsMargins(10, 4, 8, 6);
        undoLayout->addWidget(undoText_, 1);
        undoLayout->addWidget(undo);
        undoRow_->hide();

        auto *layout = new QVBoxLayout(this);
        layout->setContentsMargins(0, 4, 0, 0);
        layout->setSpacing(0);
        stack_ = new QStackedLayout;
        stack_->addWidget(empty);
        stack_->addWidget(view_);
        layout->addLayout(stack_, 1);
        layout->addWidget(undoRow_);

        makeActions();
        connect(&workspace.project, &Project::runsChanged, this, [this] { refresh(); });
        connect(&workspace, &Workspace::shownRunsChanged, this, [this] { selectShown(); });
        connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] { showSelected(); });
        connect(view_, &QWidget::customContextMenuRequested, this, [this](const QPoint &at) { openMenu(at); });
        connect(undo, &QPushButton::clicked, this, [this] { undoDelete(); });
        connect(model_, &RunListModel::renamed, this, [this](int run, const QString &name) { this->workspace().project.rename(run, name); });
        refresh();
    }

private:
    void makeActions()
    {
        const auto add = [this](const QString &text, const QKeySequence &keys, auto call) {
            auto *action = new QAction(text, view_);
            action->setShortcut(keys);
            action->setShortcutContext(Qt::WidgetShortcut);
            connect(action, &QAction::triggered, this, call);
            view_->addAction(action);
            return action;
        };
        Project &project = workspace().project;
        pause_ = add(tr("Pause"), {}, [this, &project] { for (const int run : selected()) project.pause(run); });
        continue_ = add(tr("Continue"), {}, [this, &project] { for (const int run : selected()) project.unpause(run); });
        stop_ = add(tr("Stop, keep checkpoint"), {}, [this, &project] { for (const int run : selected()) project.stop(run); });
        abort_ = add(tr("Abort, without checkpoint"), {}, [this, &project] { for (const int run : selected()) project.abort(run); });
        resume_ = add(tr("Resume from checkpoint"), {}, [this, &project] {
            for (const int run : selected())
                if (const QString refusal = project.resume(run); !refusal.isEmpty())
                    Q_EMIT project.message(refusal);
        });
        up_ = add(tr("Earlier in the queue"), QKeySequence(tr("Alt+Up")), [this, &project] { for (const int run : selected()) project.moveInQueue(run, -1); });
        down_ = add(tr("Later in the queue"), QKeySequence(tr("Alt+Down")), [this, &project] { for (const int run : selected()) project.moveInQueue(run, 1); });
        add(tr("Rename"), QKeySequence(tr("F2")), [this] { view_->edit(view_->currentIndex()); });
        add(tr("Duplicate as a new run"), QKeySequence(tr("Ctrl+D")), [this] { duplicate(); });
        add(tr("Open its graph in the editor"), {}, [this] { openGraph(); });
        add(tr("Train its single-task baselines"), {}, [this] { trainBaselines(); });
        gain_ = add(tr("Δm over the other selected runs"), {}, [this] { showGain(); });
        add(tr("Delete"), QKeySequence::Delete, [this] { remove(); });
    }

    void refresh()
    {
        updating_ = true;
        model_->setRuns(workspace().project.runs());
        updating_ = false;
        stack_->setCurrentIndex(model_->rowCount() > 0 ? 1 : 0);
        const auto &runs = workspace().project.runs();
        const auto done = std::ranges::count(runs, RunState::finished, &RunSummary::state);
        const auto queued = std::ranges::count(runs, RunState::queued, &RunSummary::state);
        setHeaderInfo(runs.empty() ? QString() : queued ? tr("%1 done · %2 queued").arg(done).arg(queued) : tr("%1 done").arg(done));
        selectShown();
    }

    QList<int> selected() const
    {
        QList<int> runs;
        for (const QModelIndex &index : view_->selectionModel()->selectedIndexes())
            runs += index.data(RunListModel::runRole).toInt();
        const int current = view_->currentIndex().data(RunListModel::runRole).toInt();
        if (runs.removeAll(current) > 0)
            runs.prepend(current);
        return runs;
    }

    void showSelected()
    {
        if (!updating_)
            workspace().showRuns(selected());
    }

    void selectShown()
    {
        updating_ = true;
        QItemSelection selection;
        for (const int run : workspace().shownRuns())
            if (const int row = model_->rowOf(run); row >= 0)
                selection.select(model_->index(row, RunListModel::nameColumn), model_->index(row, RunListModel::nameColumn));
        view_->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
        if (const int row = model_->rowOf(workspace().currentRun()); row >= 0)
            view_->selectionModel()->setCurrentIndex(model_->index(row, RunListModel::nameColumn), QItemSelectionModel::NoUpdate);
        updating_ = false;
    }

    void openMenu(const QPoint &at)
    {
        const QList<int> runs = selected();
        if (runs.isEmpty())
            return;
        const auto state = RunState(view_->currentIndex().data(RunListModel::stateRole).toInt());
        const bool here = workspace().project.running() == runs.first();
        const auto &queue = workspace().project.queue();
        const bool queued = std::ranges::find(queue, runs.first()) != queue.end();
        pause_->setEnabled(here && state == RunState::running);
        continue_->setEnabled(here && state == RunState::paused);
        stop_->setEnabled(here || queued);
        abort_->setEnabled(here);
        resume_->setEnabled(!here && !queued && state != RunState::running);
        gain_->setEnabled(runs.size() > 1);
        up_->setEnabled(queued);
        down_->setEnabled(queued);
        QMenu menu(this);
        menu.addActions(view_->actions());
        menu.exec(view_->viewport()->mapToGlobal(at));
    }

    const RunSummary *summary(int run) const
    {
        const auto &runs = workspace().project.runs();
        const auto it = std::ranges::find(runs, run, &RunSummary::number);
        return it == runs.end() ? nullptr : &*it;
    }

    void duplicate()
    {
        for (const int run : selected()) {
            try {
                if (const RunSummary *found = summary(run))
                    workspace().project.start(experimentFromJson(found->experiment, found->name));
            } catch (const std::exception &error) {
                Q_EMIT workspace().project.message(QString::fromUtf8(error.what()));
            }
        }
    }

    void openGraph()
    {
        const QList<int> runs = selected();
        const RunSummary *found = runs.isEmpty() ? nullptr : summary(runs.first());
        if (!found)
            return;
        try {
            workspace().document.apply(tr("Open graph of run %1").arg(found->number), experimentFromJson(found->experiment, found->name));
        } catch (const std::exception &error) {
            Q_EMIT workspace().project.message(QString::fromUtf8(error.what()));
        }
    }

    /// One run per task of the chosen run, with the same data and plan.
    void trainBaselines()
    {
        const QList<int> runs = selected();
        const RunSummary *found = runs.isEmpty() ? nullptr : summary(runs.first());
        if (!found)
            return;
        try {
            const Experiment experiment = experimentFromJson(found->experiment, found->name);
            for (const GraphTask &task : analyse(experiment.graph).tasks)
                if (const QString refusal = workspace().project.start(singleTask(experiment, task.info.name)); !refusal.isEmpty())
                    Q_EMIT workspace().project.message(refusal);
        } catch (const std::exception &error) {
            Q_EMIT workspace().project.message(QString::fromUtf8(error.what()));
        }
    }

    /// The current run against the others of the selection, which are its single-task baselines.
    void showGain()
    {
        const QList<int> runs = selected();
        const std::vector<int> baselines(runs.begin() + 1, runs.end());
        auto gain = std::make_shared<double>(0);
        Project &project = workspace().project;
        project.runInBackground([gain, file = project.file().toStdString(), run = runs.first(), baselines] { *gain = relativeGain(RunStore(file, RunStore::Mode::read), run, baselines); }, this,
                                [this, gain, run = runs.first()](const QString &sentence) {
                                    Q_EMIT this->workspace().project.message(sentence.isEmpty() ? tr("Δm of run %1 is %2 %: mean relative gain of the main metrics over the single-task runs, + is better")
                                                                                                       .arg(run).arg(*gain > 0 ? u'+' + QString::number(*gain, 'f', 2) : QString::number(*gain, 'f', 2))
                                                                                                : sentence);
                                });
    }

    void remove()
    {
        deleted_ = selected();
        for (const int run : deleted_)
            workspace().project.setDeleted(run, true);
        undoText_->setText(tr("Deleted %n run(s).", nullptr, int(deleted_.size())));
        undoRow_->setVisible(!deleted_.isEmpty());
    }

    void undoDelete()
    {
        for (const int run : deleted_)
            workspace().project.setDeleted(run, false);
        workspace().showRuns(deleted_);
        deleted_.clear();
        undoRow_->hide();
    }

    RunListModel *model_;
    QListView *view_;
    QWidget *undoRow_;
    QLabel *undoText_;
    QStackedLayout *stack_ = nullptr;
    QAction *pause_ = nullptr;
    QAction *continue_ = nullptr;
    QAction *stop_ = nullptr;
    QAction *abort_ = nullptr;
    QAction *resume_ = nullptr;
    QAction *gain_ = nullptr;
    QAction *up_ = nullptr;
    QAction *down_ = nullptr;
    QList<int> deleted_;
    bool updating_ = false;
};

static const RegisterPanel<RunsPanel> registeredRunsPanel{{.id = "runs", .title = "Runs", .category = "runs", .summary = "The project's runs and the queue"}};

} // namespace concord
