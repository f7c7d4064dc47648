#include "ui/panel/run_panel.h"

#include "core/session/duel.h"
#include "core/session/what_if.h"
#include "ui/plot/duel_chart.h"
#include "ui/plot/heat_matrix.h"
#include "ui/plot/number_text.h"
#include "ui/widget/method_ticks.h"

#include <QComboBox>
#include <QBoxLayout>
#include <QFormLayout>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>
#include <QSplitter>
#include <QTimer>

#include <atomic>
#include <cmath>

namespace concord {

/// Several balance methods from the current run's checkpoint on the same batches, side by side.
class DuelPanel : public RunPanel
{
public:
    explicit DuelPanel(Workspace &workspace)
        : RunPanel(workspace, Runs::current)
    {
        auto *content = new QSplitter(Qt::Horizontal);
        content->setChildrenCollapsible(false);
        content->addWidget(makeForm());
        content->addWidget(makeResults());
        content->setStretchFactor(1, 1);
        content->setSizes({210, 800});
        setPages(tr("Several balance methods from one checkpoint on the same batches:\ntheir weights, directions and what they do to each loss.\nChoose a run of two or more tasks that has a checkpoint."), content);
        poll_.setInterval(100);
        connect(&poll_, &QTimer::timeout, this, [this] { bar_->setValue(*done_); });
        showState();
        restyle();
    }

    ~DuelPanel() override
    {
        if (control_)
            control_->give(RunControl::Order::stop);
    }

protected:
    void restyle() override
    {
        chart_->setTheme(workspace().theme());
        matrix_->setTheme(workspace().theme());
    }

    void refresh() override
    {
        RunData *data = workspace().currentData();
        showContent(data && data->tasks().size() > 1);
        if (!data || data->summary().number == run_)
            return;
        run_ = data->summary().number;
        try {
            own_ = QString::fromStdString(runBalance(data->summary().experiment, int(data->tasks().size())).method);
        } catch (const std::exception &) {
            own_.clear(); // a method of a newer version cannot take part
        }
        methods_->setOwn(own_);
        if (methods_->chosen().isEmpty()) {
            QStringList first;
            for (const QString &id : {own_, QStringLiteral("equal"), QStringLiteral("mgda"), QStringLiteral("pcgrad"), QStringLiteral("cagrad")})
                if (!id.isEmpty() && !first.contains(id))
                    first += id;
            methods_->setChosen(first);
        }
        showState();
    }

private:
    QWidget *makeForm()
    {
        auto *form = new QWidget;
        form->setMinimumWidth(190);
        auto *rows = new QVBoxLayout(form);
        rows->setContentsMargins(10, 8, 8, 8);
        rows->setSpacing(6);
        methods_ = new MethodTicks;
        connect(methods_, &MethodTicks::chosenChanged, this, [this] { showState(); });
        rows->addWidget(methods_, 1);

        auto *fields = new QFormLayout;
        fields->setHorizontalSpacing(8);
        fields->setVerticalSpacing(4);
        checkpoint_ = new QComboBox;
        checkpoint_->addItem(tr("last checkpoint"), QStringLiteral("last"));
        checkpoint_->addItem(tr("best checkpoint"), QStringLiteral("best"));
        batches_ = new QComboBox;
        for (const int count : {1, 2, 4, 8, 16, 32})
            batches_->addItem(QString::number(count), count);
        batches_->setCurrentIndex(1);
        batches_->setToolTip(tr("Each from the same weights; all numbers are means over them"));
        share_ = new QComboBox;
        for (const double percent : {0.01, 0.1, 1.0})
            share_->addItem(tr("%1 % of weights").arg(percent), percent / 100);
        share_->setCurrentIndex(1);
        share_->setToolTip(tr("Length of everyone's step, as a share of the length of the shared weights"));
        fields->addRow(tr("From"), checkpoint_);
        fields->addRow(tr("Batches"), batches_);
        fields->addRow(tr("Step"), share_);
        rows->addLayout(fields);

        bar_ = new QProgressBar;
        bar_->setTextVisible(false);
        rows->addWidget(bar_);
        start_ = new QPushButton;
        start_->setObjectName(QStringLiteral("duelStart"));
        connect(start_, &QPushButton::clicked, this, [this] { control_ ? stop() : start(); });
        rows->addWidget(start_);
        return form;
    }

    QWidget *makeResults()
    {
        auto *results = new QWidget;
        results_ = new QStackedLayout(results);
        words_ = new QLabel;
        words_->setObjectName(QStringLiteral("duelWords"));
        words_->setAlignment(Qt::AlignCenter);
        words_->setWordWrap(true);
        words_->setMargin(12);
        results_->addWidget(words_);

        auto *page = new QWidget;
        auto *rows = new QVBoxLayout(page);
        rows->setContentsMargins(8, 8, 10, 8);
        rows->setSpacing(6);
        auto *top = new QHBoxLayout;
        caption_ = new QLabel;
        caption_->setObjectName(QStringLiteral("dockInfo"));
        caption_->setWordWrap(true);
        quantity_ = new QComboBox;
        quantity_->setObjectName(QStringLiteral("duelQuantity"));
        quantity_->setAccessibleName(tr("What is drawn"));
        quantity_->addItem(tr("change of the losses"), int(DuelChart::Quantity::change));
        quantity_->addItem(tr("cosine with each task"), int(DuelChart::Quantity::cosine));
        quantity_->addItem(tr("weights"), int(DuelChart::Quantity::weight));
        top->addWidget(caption_, 1);
        top->addWidget(quantity_, 0, Qt::AlignTop);
        rows->addLayout(top);
        chart_ = new DuelChart;
        chart_->setObjectName(QStringLiteral("duelChart"));
        auto *area = new QScrollArea;
        area->setWidgetResizable(true);
        area->setFrameShape(QFrame::NoFrame);
        auto *ground = new QWidget;
        ground->setBackgroundRole(QPalette::Base);
        ground->setAutoFillBackground(true);
        auto *groundRows = new QVBoxLayout(ground);
        groundRows->setContentsMargins(0, 0, 0, 0);
        both_ = new QBoxLayout(QBoxLayout::LeftToRight);
        both_->setSpacing(16);
        both_->addWidget(chart_, 5, Qt::AlignTop);
        auto *right = new QVBoxLayout;
        right->setSpacing(2);
        auto *above = new QLabel(tr("cosine of the update directions"));
        above->setAlignment(Qt::AlignCenter);
        above->setWordWrap(true);
        right->addWidget(above);
        matrix_ = new HeatMatrix;
        matrix_->setObjectName(QStringLiteral("duelMatrix"));
        matrix_->setDirections(true);
        matrix_->setMinimumHeight(150);
        right->addWidget(matrix_, 1);
        both_->addLayout(right, 3);
        groundRows->addLayout(both_, 1);
        area->setWidget(ground);
        rows->addWidget(area, 1);
        legend_ = new QLabel;
        legend_->setObjectName(QStringLiteral("dockInfo"));
        legend_->setWordWrap(true);
        rows->addWidget(legend_);
        results_->addWidget(page);
        connect(quantity_, &QComboBox::activated, this, [this] { showQuantity(); });
        showQuantity();
        return results;
    }

    /// The matrix goes under the chart where both would not fit beside each other.
    void resizeEvent(QResizeEvent *event) override
    {
        RunPanel::resizeEvent(event);
        arrange();
    }

    void arrange()
    {
        const bool beside = width() >= 240 + chart_->minimumSizeHint().width() + 220;
        both_->setDirection(beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    }

    void showQuantity()
    {
        const auto quantity = DuelChart::Quantity(quantity_->currentData().toInt());
        chart_->setQuantity(quantity);
        legend_->setText(quantity == DuelChart::Quantity::change ? tr("left of the line a loss falls · outline: predicted to first order · bar: measured on the same batches · ◆ on batches that no method saw")
                             : quantity == DuelChart::Quantity::cosine ? tr("cosine of the task's gradient and the shared update · left of the line, red: the step works against the task")
                                                                       : tr("weight of the task's gradient in the shared update · – the method makes the direction itself"));
    }

    void start()
    {
        DuelOptions options{.run = run_, .checkpoint = checkpoint_->currentData().toString().toStdString(), .batches = batches_->currentData().toInt(), .stepShare = share_->currentData().toDouble()};
        for (const QString &id : methods_->chosen())
            options.methods.push_back(id.toStdString());
        control_ = std::make_shared<RunControl>();
        done_ = std::make_shared<std::atomic<int>>(0);
        failure_.clear();
        bar_->setRange(0, int(options.methods.size()) * int(options.batches));
        bar_->setValue(0);
        poll_.start();
        auto result = std::make_shared<DuelResult>();
        Project &project = workspace().project;
        project.runInBackground(
            [options, result, control = control_, done = done_, file = project.file().toStdString()] {
                *result = duel(file, options, *control, [done](int now, int) { *done = now; });
            },
            this, [this, result](const QString &sentence) { finish(result, sentence); });
        showState();
    }

    void stop()
    {
        control_->give(RunControl::Order::stop);
        start_->setEnabled(false);
        start_->setText(tr("Stopping…"));
    }

    void finish(std::shared_ptr<const DuelResult> result, const QString &sentence)
    {
        const bool stopped = control_->order() == RunControl::Order::stop;
        control_.reset();
        poll_.stop();
        if (sentence.isEmpty()) {
            result_ = std::move(result);
            showResult();
        } else if (!stopped) {
            failure_ = sentence;
            result_.reset();
        }
        showState();
    }

    void showResult()
    {
        chart_->setResult(result_);
        const std::size_t count = result_->entries.size();
        QStringList names;
        std::vector<float> cosines;
        for (std::size_t i = 0; i < count; ++i) {
            names += QString::fromStdString(result_->entries[i].title);
            for (std::size_t j = 0; j < count; ++j) {
                const double value = result_->between[i * count + j];
                cosines.push_back(std::isnan(value) ? 0.f : float(value));
            }
        }
        matrix_->setTasks(names);
        matrix_->setGramian(cosines);
        arrange();
        caption_->setText(tr("run %1 at step %2 · %3 × %4 samples · steps of the same length, %5 · %6")
                              .arg(result_->run).arg(groupedNumber(result_->step)).arg(result_->batches).arg(result_->batchSize)
                              .arg(shortNumber(result_->stepLength, 3), result_->heldOutIsValidation ? tr("held out: validation") : tr("held out: further training batches")));
    }

    void showState()
    {
        const bool busy = control_ != nullptr;
        const bool fits = result_ && result_->run == run_;
        bar_->setVisible(busy);
        start_->setText(busy ? tr("Stop") : tr("Start the duel"));
        start_->setEnabled(busy || !methods_->chosen().isEmpty());
        start_->setProperty("primary", !busy);
        start_->style()->unpolish(start_);
        start_->style()->polish(start_);
        for (QWidget *field : {static_cast<QWidget *>(methods_), static_cast<QWidget *>(checkpoint_), static_cast<QWidget *>(batches_), static_cast<QWidget *>(share_)})
            field->setEnabled(!busy);
        words_->setText(busy ? tr("Each method finds its update for the same batches…")
                        : !failure_.isEmpty() ? failure_
                                              : tr("Choose methods and start the duel.\n\nWeights, lengths and directions of their updates,\nand what one step along each does to every loss,\nwill be here."));
        results_->setCurrentIndex(fits && !busy && failure_.isEmpty() ? 1 : 0);
        setHeaderInfo(run_ > 0 ? tr("run %1 · %2 methods").arg(run_).arg(methods_->chosen().size()) : QString());
    }

    MethodTicks *methods_ = nullptr;
    QComboBox *checkpoint_ = nullptr;
    QComboBox *batches_ = nullptr;
    QComboBox *share_ = nullptr;
    QProgressBar *bar_ = nullptr;
    QPushButton *start_ = nullptr;
    QStackedLayout *results_ = nullptr;
    QLabel *words_ = nullptr;
    QLabel *caption_ = nullptr;
    QLabel *legend_ = nullptr;
    QComboBox *quantity_ = nullptr;
    QBoxLayout *both_ = nullptr;
    DuelChart *chart_ = nullptr;
    HeatMatrix *matrix_ = nullptr;

    int run_ = 0;
    QString own_;
    QString failure_;
    std::shared_ptr<RunControl> control_;          ///< of the duel that goes on
    std::shared_ptr<std::atomic<int>> done_;
    std::shared_ptr<const DuelResult> result_;
    QTimer poll_;
};

static const RegisterPanel<DuelPanel> registeredDuelPanel{{.id = "duel", .title = "Method duel", .category = "conflict", .summary = "Several balance methods from one checkpoint on the same batches"}};

} // namespace concord
