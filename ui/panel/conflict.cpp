#include "ui/panel/run_panel.h"
#include "ui/plot/heat_matrix.h"
#include "ui/plot/number_text.h"
#include "ui/plot/river_data.h"
#include "ui/plot/task_facts.h"

#include <QComboBox>
#include <QPointer>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace concord {

/// Cosines of all task pairs at the cursor's step, in one block or in all shared parameters; gradient norms and weights below.
class ConflictPanel : public RunPanel
{
public:
    explicit ConflictPanel(Workspace &workspace)
        : RunPanel(workspace, Runs::current)
        , matrix_(new HeatMatrix)
        , facts_(new TaskFacts)
        , caption_(new QLabel)
    {
        matrix_->setObjectName(QStringLiteral("heatMatrix"));
        auto *content = new QWidget;
        auto *layout = new QVBoxLayout(content);
        layout->setContentsMargins(10, 8, 10, 8);
        layout->setSpacing(6);
        caption_->setObjectName(QStringLiteral("dockInfo"));
        caption_->setAlignment(Qt::AlignCenter);
        caption_->setWordWrap(true);
        layout->addWidget(matrix_, 20);
        layout->addWidget(caption_);
        layout->addWidget(facts_, 0);
        layout->addStretch(1);
        setPages(tr("Which tasks pull together and which against each other.\nThe matrix fills while a run with two or more tasks trains."), content);
        restyle();
        connect(&workspace, &Workspace::cursorStepChanged, this, [this] { renew(); });
        connect(&workspace, &Workspace::focusBlockChanged, this, [this] { renew(); });
    }

    QWidget *headerControls() override
    {
        chooser_ = new QComboBox;
        chooser_->setToolTip(tr("The block whose parameters count"));
        chooser_->setAccessibleName(tr("Block"));
        chooser_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        connect(chooser_, &QComboBox::activated, this, [this](int index) { workspace().setFocusBlock(chooser_->itemData(index).toString()); });
        listBlocks();
        return chooser_;
    }

protected:
    void restyle() override
    {
        matrix_->setTheme(workspace().theme());
        facts_->setTheme(workspace().theme());
    }

    void refresh() override
    {
        RunData *data = workspace().currentData();
        const int tasks = data ? int(data->tasks().size()) : 0;
        const bool any = tasks > 0 && !data->blocks().isEmpty();
        showContent(any);
        if (!any)
            return;
        if (const QStringList ids = data->blocks(); ids != blockIds_ || run_ != data->summary().number) {
            run_ = data->summary().number;
            blockIds_ = ids;
            blocks_ = runBlocks(*data);
            listBlocks();
        }
        // A selected block without shared parameters of its own has no matrix: then all shared ones are shown.
        const QString block = blockIds_.contains(workspace().focusBlock()) ? workspace().focusBlock() : blockIds_.first();
        if (chooser_)
            chooser_->setCurrentIndex(chooser_->findData(block));
        const std::int64_t cursor = workspace().cursorStep();
        const GramianEvent *gramian = gramianAt(data->gramians(block), cursor);
        QStringList names;
        for (const TaskInfo &task : data->tasks())
            names += QString::fromStdString(task.name);
        matrix_->setTasks(names);
        matrix_->setGramian(gramian ? gramian->values : std::vector<float>());
        if (gramian)
            describe(*data, *gramian, names);
    }

private:
    static double valueAt(const RunData &data, const QString &name, std::int64_t step)
    {
        const Series *series = data.series(name);
        if (!series || series->steps.empty() || series->steps.front() > step)
            return std::nan("");
        return series->values[std::size_t(std::ranges::upper_bound(series->steps, step) - series->steps.begin()) - 1];
    }

    void describe(const RunData &data, const GramianEvent &gramian, const QStringList &names)
    {
        const auto tasks = std::size_t(names.size());
        std::vector<TaskFacts::Row> rows;
        for (std::size_t i = 0; i < tasks; ++i) {
            const double square = gramian.values.size() == tasks * tasks ? double(gramian.values[i * tasks + i]) : std::nan("");
            rows.push_back({names[qsizetype(i)], std::sqrt(square), valueAt(data, QStringLiteral("weight/") + names[qsizetype(i)], gramian.step)});
        }
        facts_->setRows(std::move(rows));
        QString caption = tr("cosine of task gradients · step %1").arg(groupedNumber(gramian.step));
        if (const double residual = valueAt(data, QStringLiteral("residual"), gramian.step); std::isfinite(residual))
            caption += tr(" · residual %1").arg(shortNumber(residual, 2));
        caption_->setText(caption);
    }

    void listBlocks()
    {
        if (!chooser_)
            return;
        chooser_->clear();
        for (const RunBlock &block : blocks_)
            chooser_->addItem(block.title, block.id);
        chooser_->setCurrentIndex(chooser_->findData(workspace().focusBlock()));
        chooser_->setVisible(chooser_->count() > 0);
    }

    HeatMatrix *matrix_;
    TaskFacts *facts_;
    QLabel *caption_;
    QPointer<QComboBox> chooser_;
    int run_ = 0;
    QStringList blockIds_;
    QList<RunBlock> blocks_;
};

static const RegisterPanel<ConflictPanel> registeredConflictPanel{{.id = "conflict", .title = "Conflict", .category = "conflict", .summary = "Cosines of the task gradients at the cursor's step"}};

} // namespace concord
