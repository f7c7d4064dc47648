#include "ui/model/comparison_model.h"
#include "ui/panel/compare_dialog.h"
#include "ui/panel/comparison_queue.h"
#include "ui/panel/panel.h"
#include "ui/panel/procedure_dialog.h"
#include "ui/plot/number_text.h"
#include "ui/widget/comparison_cell.h"
#include "ui/widget/scroll_page.h"
#include "ui/widget/swatch.h"
#include "ui/widget/value_edit.h"

#include <QFile>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <memory>

namespace concord {

/// The table of a comparison: which method is better, by how much, at what cost; starts comparisons and shows how far they are.
class ComparePanel : public Panel
{
public:
    explicit ComparePanel(Workspace &workspace)
        : Panel(workspace)
        , queue_(new ComparisonQueue(workspace.project, this))
        , model_(new ComparisonModel(this))
        , sorted_(new QSortFilterProxyModel(this))
        , table_(new QTableView(this))
        , notes_(quietLabel({}, this))
        , progress_(new QProgressBar(this))
        , progressText_(quietLabel({}, this))
        , compare_(new QAction(tr("Compare …"), this))
        , procedure_(new QAction(tr("Run a procedure …"), this))
    {
        fillWithPanelColour(this);
        compare_->setObjectName(QStringLiteral("compareAction"));
        compare_->setShortcut(QKeySequence(tr("Ctrl+Shift+R")));
        connect(compare_, &QAction::triggered, this, [this] { openDialog(); });
        compare_->setToolTip(tr("Methods, recipes or experiments under one protocol"));
        procedure_->setObjectName(QStringLiteral("procedureAction"));
        procedure_->setShortcut(QKeySequence(tr("Ctrl+Shift+P")));
        procedure_->setToolTip(tr("Sweeps, Pareto sets and other things that take several runs"));
        connect(procedure_, &QAction::triggered, this, [this] { ProcedureDialog::openFor(this->workspace(), window()); });
        makeTable();
        makeControls();
        makePages();
        connect(queue_, &ComparisonQueue::changed, this, [this] { refresh(); });
        connect(queue_, &ComparisonQueue::stopped, this, [this](const QString &sentence) { Q_EMIT this->workspace().project.message(sentence); });
        connect(&workspace.project, &Project::opened, this, [this] {
            shown_.clear();
            refresh();
        });
        connect(&workspace.project, &Project::runsChanged, this, [this] { refreshProgress(); });
        connect(&workspace, &Workspace::themeChanged, this, [this] { model_->setTheme(this->workspace().theme()); });
        model_->setTheme(workspace.theme());
        refresh();
    }

    QWidget *headerControls() override { return controls_; }
    QList<QAction *> menuActions() override { return {compare_, procedure_}; }

protected:
    void showEvent(QShowEvent *event) override
    {
        Panel::showEvent(event);
        refresh();
    }

private:
    void makeTable()
    {
        sorted_->setSourceModel(model_);
        sorted_->setSortRole(ComparisonModel::sortRole);
        table_->setObjectName(QStringLiteral("comparisonTable"));
        table_->setAccessibleName(tr("Comparison"));
        table_->setModel(sorted_);
        table_->setItemDelegate(new ComparisonCell(workspace(), table_));
        table_->setShowGrid(false);
        // The cells paint their own selection, in the same tint as the list of runs.
        table_->setStyleSheet(QStringLiteral("QTableView { selection-background-color: transparent; } QTableView::item:selected { background: transparent; } QHeaderView { background: palette(base); } QAbstractScrollArea::corner { background: transparent; border: none; }"));
        table_->setSortingEnabled(true);
        table_->sortByColumn(-1, Qt::AscendingOrder);   // as the comparison has them: the best first
        table_->setSelectionBehavior(QAbstractItemView::SelectRows);
        table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
        table_->setFrameShape(QFrame::NoFrame);
        table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
        table_->verticalHeader()->hide();
        table_->horizontalHeader()->setHighlightSections(false);
        table_->horizontalHeader()->setMinimumSectionSize(40);
        connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] { showSelected(); });
    }

    void makeControls()
    {
        // The dock takes it over; without one it goes with the panel.
        controls_ = new QWidget(this);
        auto *row = new QHBoxLayout(controls_);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(6);
        chooser_ = new ChoiceBox(controls_);
        chooser_->setObjectName(QStringLiteral("comparisonChooser"));
        chooser_->setMaximumWidth(320);
        connect(chooser_, &QComboBox::activated, this, [this] {
            shown_ = chooser_->currentData().toString();
            refresh();
        });
        const auto button = [&](const QString &text, const QString &name, auto call) {
            auto *made = new QToolButton(controls_);
            made->setText(text);
            made->setObjectName(name);
            connect(made, &QToolButton::clicked, this, call);
            return made;
        };
        goOn_ = button(tr("Go on"), QStringLiteral("comparisonGoOn"), [this] { queue_->goOn(shown_); });
        goOn_->setToolTip(tr("Train what this comparison still lacks"));
        stop_ = button(tr("Stop"), QStringLiteral("comparisonStop"), [this] { queue_->stop(); });
        stop_->setToolTip(tr("Stop the comparison; what is trained is kept, and “Go on” takes it up again"));
        export_ = button(tr("Export ▾"), QStringLiteral("comparisonExport"), [] {});
        auto *menu = new QMenu(export_);
        for (const auto &[name, extension] : {std::pair(tr("Markdown …"), "md"), std::pair(tr("CSV …"), "csv"), std::pair(tr("JSON …"), "json")})
            menu->addAction(name, this, [this, extension = QString::fromLatin1(extension)] { exportAs(extension); });
        export_->setMenu(menu);
        export_->setPopupMode(QToolButton::InstantPopup);
        auto *another = new QToolButton(controls_);
        another->setDefaultAction(compare_);
        for (QWidget *widget : std::initializer_list<QWidget *>{chooser_, goOn_, stop_, export_, another})
            row->addWidget(widget);
    }

    void makePages()
    {
        auto *nothing = new QWidget(this);
        auto *words = quietLabel(tr("No comparison yet.\n\nTrain balance methods, recipes or experiments from the same seeds on the same batches,\nbeside single-task models and a tuned sum, and see here which is better,\n"
                                    "by how much, and at what cost."),
                                 nothing);
        words->setObjectName(QStringLiteral("emptyWords"));
        words->setAlignment(Qt::AlignCenter);
        auto *begin = new QPushButton(compare_->text(), nothing);
        begin->setProperty("primary", true);
        connect(begin, &QPushButton::clicked, compare_, &QAction::trigger);
        auto *column = new QVBoxLayout(nothing);
        column->addStretch(1);
        column->addWidget(words);
        column->addSpacing(8);
        column->addWidget(begin, 0, Qt::AlignCenter);
        column->addStretch(1);

        auto *page = new QWidget(this);
        progress_->setTextVisible(false);
        progress_->setObjectName(QStringLiteral("comparisonProgress"));
        progressText_->setObjectName(QStringLiteral("comparisonProgressText"));
        progressRow_ = new QWidget(page);
        auto *row = new QHBoxLayout(progressRow_);
        row->setContentsMargins(10, 6, 10, 4);
        row->addWidget(progress_, 1);
        row->addWidget(progressText_);
        notes_->setWordWrap(true);
        notes_->setTextInteractionFlags(Qt::TextSelectableByMouse);
        notes_->setContentsMargins(10, 6, 10, 8);
        notes_->setObjectName(QStringLiteral("comparisonNotes"));
        auto *rows = new QVBoxLayout(page);
        rows->setContentsMargins(0, 0, 0, 0);
        rows->setSpacing(0);
        rows->addWidget(progressRow_);
        rows->addWidget(table_, 1);
        rows->addWidget(notes_);
        stack_ = new QStackedLayout(this);
        stack_->setContentsMargins(0, 0, 0, 0);
        stack_->addWidget(nothing);
        stack_->addWidget(page);
    }

    void openDialog()
    {
        if (const Analysis &analysis = workspace().document.analysis(); !analysis.runnable()) {
            Q_EMIT workspace().project.message(tr("The graph cannot run yet: %1").arg(QString::fromStdString(analysis.firstError())));
            return;
        }
        auto *dialog = new CompareDialog(workspace(), window());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &CompareDialog::started, this, [this](const ComparisonSetup &setup) {
            queue_->start(setup);
            shown_ = queue_->active();
            refresh();
        });
        dialog->open();
    }

    const ComparisonState *state() const
    {
        const auto &all = queue_->comparisons();
        const auto it = std::ranges::find(all, shown_.toStdString(), &ComparisonState::id);
        return it == all.end() ? nullptr : &*it;
    }

    void refresh()
    {
        const auto &all = queue_->comparisons();
        // While the first runs of a new one are being queued, there is nothing of it yet.
        if (!state() && (shown_.isEmpty() || shown_ != queue_->active()))
            shown_ = all.empty() ? QString() : QString::fromStdString(all.front().id);
        chooser_->clear();
        for (const ComparisonState &each : all)
            chooser_->addItem(QString::fromStdString(each.id).section(QStringLiteral(" #"), 0, -2) + (all.size() > 1 ? QStringLiteral("  #") + QString::fromStdString(each.id).section(u'#', -1) : QString()),
                              QString::fromStdString(each.id));
        chooser_->setCurrentIndex(chooser_->findData(shown_));
        chooser_->setVisible(all.size() > 1);
        stack_->setCurrentIndex(shown_.isEmpty() ? 0 : 1);
        refreshProgress();
        if (isVisible() && state())
            read();
    }

    void refreshProgress()
    {
        const ComparisonState *now = state();
        const bool active = !queue_->active().isEmpty() && queue_->active() == shown_;
        goOn_->setVisible(now && queue_->active().isEmpty() && (now->over < now->runs));
        stop_->setVisible(active);
        export_->setVisible(model_->rowCount() > 0);
        progressRow_->setVisible(active);
        if (!now) {
            setHeaderInfo(active ? tr("queueing …") : QString());
            progressText_->setText(active ? tr("Queueing the runs …") : QString());
            progress_->setRange(0, 0);
            return;
        }
        setHeaderInfo(now->failed > 0 ? tr("%1 of %2 runs, %3 failed").arg(now->over).arg(now->runs).arg(now->failed) : tr("%1 of %2 runs").arg(now->over).arg(now->runs));
        if (!active || !isVisible())
            return;
        progress_->setRange(0, now->runs * 100);
        const Project::Live live = workspace().project.live();
        const bool ours = workspace().project.running() && std::ranges::find(now->numbers, live.run) != now->numbers.end();
        progress_->setValue(now->over * 100 + (ours && live.total > 0 ? int(100 * live.step / live.total) : 0));
        const double left = queue_->secondsLeft();
        progressText_->setText(left > 0 ? tr("%1 of %2 runs · about %3 left").arg(now->over).arg(now->runs).arg(durationText(left)) : tr("%1 of %2 runs").arg(now->over).arg(now->runs));
    }

    /// In a worker; the newest request is shown.
    void read()
    {
        auto result = std::make_shared<ComparisonResult>();
        workspace().project.runInBackground(
            [result, file = workspace().project.file().toStdString(), id = shown_.toStdString()] { *result = comparisonResult(RunStore(file, RunStore::Mode::read), id); }, this,
            [this, result, id = shown_, request = ++request_](const QString &sentence) {
                if (request != request_ || id != shown_)
                    return;
                if (!sentence.isEmpty()) {
                    notes_->setText(sentence);
                    return;
                }
                show(*result);
            });
    }

    void show(const ComparisonResult &result)
    {
        QStringList chosen;
        for (const QModelIndex &row : table_->selectionModel()->selectedRows())
            chosen += row.data(ComparisonModel::rowRole).toString();
        updating_ = true;
        const int columns = model_->columnCount();
        model_->setResult(result);
        // Numbers come while one looks: columns grow with them, but do not shrink back and forth.
        for (int column = 0; column < model_->columnCount(); ++column) {
            const int before = columns == model_->columnCount() ? table_->columnWidth(column) : 0;
            table_->setColumnWidth(column, std::max(before, ComparisonCell::columnWidth(*table_, column)));
        }
        for (int row = 0; row < sorted_->rowCount(); ++row)
            if (chosen.contains(sorted_->index(row, 0).data(ComparisonModel::rowRole).toString()))
                table_->selectionModel()->select(sorted_->index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        updating_ = false;
        QStringList notes;
        for (const std::string &note : result.notes)
            notes += QString::fromStdString(note);
        notes_->setText(notes.mid(0, 4).join(u'\n'));
        for (const std::string &definition : result.definitions)
            notes += QString::fromStdString(definition);
        notes_->setToolTip(notes.join(u'\n'));
        notes_->setVisible(!notes_->text().isEmpty());
        refreshProgress();
    }

    void showSelected()
    {
        if (updating_)
            return;
        QList<QVariantList> rows;
        for (const QModelIndex &row : table_->selectionModel()->selectedRows())
            rows += row.data(ComparisonModel::runsRole).toList();
        // The first runs of all rows come before their seconds: then the difference of two rows is that of one seed.
        QList<int> runs;
        for (qsizetype i = 0; std::ranges::any_of(rows, [i](const QVariantList &row) { return i < row.size(); }); ++i)
            for (const QVariantList &row : rows)
                if (i < row.size())
                    runs += row[i].toInt();
        if (!runs.isEmpty())
            workspace().showRuns(runs);
    }

    void exportAs(const QString &extension)
    {
        const ComparisonResult &result = model_->result();
        QString file = QFileDialog::getSaveFileName(this, tr("Export the table"), QStringLiteral("comparison.") + extension);
        if (file.isEmpty())
            return;
        const std::string text = extension == u"md" ? comparisonMarkdown(result) : extension == u"csv" ? comparisonCsv(result) : comparisonJson(result);
        QFile out(file);
        const bool written = out.open(QIODevice::WriteOnly) && out.write(text.data(), qint64(text.size())) == qint64(text.size());
        Q_EMIT workspace().project.message(written ? tr("Wrote %1").arg(file) : tr("%1: %2").arg(file, out.errorString()));
    }

    ComparisonQueue *queue_;
    ComparisonModel *model_;
    QSortFilterProxyModel *sorted_;
    QTableView *table_;
    QLabel *notes_;
    QProgressBar *progress_;
    QLabel *progressText_;
    QAction *compare_;
    QAction *procedure_;
    QWidget *controls_ = nullptr;
    QWidget *progressRow_ = nullptr;
    QStackedLayout *stack_ = nullptr;
    ChoiceBox *chooser_ = nullptr;
    QToolButton *goOn_ = nullptr;
    QToolButton *stop_ = nullptr;
    QToolButton *export_ = nullptr;
    QString shown_;
    int request_ = 0;
    bool updating_ = false;
};

static const RegisterPanel<ComparePanel> registeredCompare{{.id = "compare", .title = "Comparison", .category = "curves", .summary = "Methods, recipes or experiments × seeds beside single-task models and a tuned sum"}};

} // namespace concord
