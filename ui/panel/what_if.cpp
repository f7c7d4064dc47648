#include "ui/panel/run_panel.h"

#include "core/session/what_if.h"
#include "ui/plot/change_bar.h"
#include "ui/plot/number_text.h"
#include "ui/plot/river_data.h"
#include "ui/widget/swatch.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace concord {

/// A slider per task: what one step with these weights would do to each loss, to first order, from the Gramian at the cursor's step.
class WhatIfPanel : public RunPanel
{
public:
    explicit WhatIfPanel(Workspace &workspace)
        : RunPanel(workspace, Runs::current)
    {
        auto *content = new QWidget;
        auto *layout = new QVBoxLayout(content);
        layout->setContentsMargins(10, 8, 10, 8);
        layout->setSpacing(6);
        layout->addLayout(makeButtons());
        auto *page = new QWidget;
        page->setAutoFillBackground(true);
        page->setBackgroundRole(QPalette::Base);
        auto *column = new QVBoxLayout(page);
        column->setContentsMargins(0, 0, 0, 0);
        grid_ = new QGridLayout;
        grid_->setHorizontalSpacing(8);
        grid_->setVerticalSpacing(2);
        grid_->setColumnStretch(2, 2);
        column->addLayout(grid_);
        column->addStretch(1);
        auto *area = new QScrollArea;
        area->setWidgetResizable(true);
        area->setFrameShape(QFrame::NoFrame);
        area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        area->setWidget(page);
        area->setMinimumHeight(60);
        layout->addWidget(area, 1);
        sameLength_ = new QCheckBox(tr("same length as the run's update"));
        sameLength_->setToolTip(tr("Compares directions alone: the update is scaled to the length of the run's own"));
        connect(sameLength_, &QCheckBox::toggled, this, [this] { showChanges(); });
        layout->addWidget(sameLength_);
        for (QLabel **label : {&summary_, &caption_}) {
            *label = new QLabel;
            (*label)->setWordWrap(true);
            layout->addWidget(*label);
        }
        summary_->setObjectName(QStringLiteral("whatIfSummary"));
        caption_->setObjectName(QStringLiteral("dockInfo"));
        setMinimumWidth(240);
        setPages(tr("What would a step with other task weights do to each loss?\nSliders answer from the gradients that a run measures: choose a run with two or more tasks."), content);
        connect(&workspace, &Workspace::cursorStepChanged, this, [this] { renew(); });
        connect(&workspace, &Workspace::focusBlockChanged, this, [this] { renew(); });
    }

protected:
    void restyle() override
    {
        // Which one the arrow keys move.
        setStyleSheet(QStringLiteral("QSlider::handle:horizontal:focus { border: 2px solid %1; margin: -6px 0; width: 12px; border-radius: 8px; }").arg(workspace().theme().text.name()));
        for (Row &row : rows_) {
            row.bar->setTheme(workspace().theme());
            row.mark->setPixmap(swatch(workspace().theme().task(int(&row - rows_.data())), 9, devicePixelRatioF()));
        }
    }

    void refresh() override
    {
        RunData *data = workspace().currentData();
        const int tasks = data ? int(data->tasks().size()) : 0;
        const QString block = data && data->blocks().contains(workspace().focusBlock()) ? workspace().focusBlock() : QString();
        const GramianEvent *gramian = tasks > 1 ? gramianAt(data->gramians(block), workspace().cursorStep()) : nullptr;
        showContent(gramian && gramian->values.size() == std::size_t(tasks) * std::size_t(tasks));
        if (!gramian || gramian->values.size() != std::size_t(tasks) * std::size_t(tasks))
            return;
        if (data->summary().number != run_ || tasks != int(rows_.size())) {
            run_ = data->summary().number;
            balance_ = {};
            try {
                balance_ = runBalance(data->summary().experiment, tasks);
            } catch (const std::exception &error) {
                balance_.unknown = error.what();
            }
            makeRows(*data);
            start_ = Start::run;
        }
        gramian_ = gramian->values;
        step_ = gramian->step;
        losses_.clear();
        own_.clear();
        for (const TaskInfo &task : data->tasks()) {
            const QString name = QString::fromStdString(task.name);
            losses_.push_back(seriesValueAt(data->series(QStringLiteral("loss/") + name), step_));
            own_.push_back(seriesValueAt(data->series(QStringLiteral("weight/") + name), step_));
        }
        if (std::ranges::all_of(own_, [](double weight) { return std::isnan(weight); }))
            own_ = balance_.fixedWeights;
        if (!balance_.unknown.empty())
            own_.clear();
        for (double &weight : own_)
            weight = std::isfinite(weight) ? weight : 0; // no labels in that step
        const Series *rates = data->series(QStringLiteral("lr"));
        rate_ = seriesValueAt(rates, step_);
        highestRate_ = rates && !rates->values.empty() ? *std::ranges::max_element(rates->values) : 0;
        where_ = block.isEmpty() ? tr("all shared parameters") : tr("block %1").arg(block);
        runButton_->setEnabled(!own_.empty());
        runButton_->setToolTip(own_.empty() ? QString::fromStdString(balance_.unknown) : tr("The weights that the run gave at this step"));
        restart();
    }

private:
    enum class Start { run, equal, method, hand };

    struct Row
    {
        QLabel *mark;
        QLabel *name;
        QSlider *slider;
        QLabel *number;
        ChangeBar *bar;
    };

    static constexpr int ticks = 1000;

    QLayout *makeButtons()
    {
        auto *row = new QHBoxLayout;
        row->setSpacing(6);
        const auto button = [&](const QString &text, Start start) {
            auto *made = new QPushButton(text);
            connect(made, &QPushButton::clicked, this, [this, start] { begin(start); });
            row->addWidget(made);
            return made;
        };
        runButton_ = button(tr("Run's"), Start::run);
        runButton_->setObjectName(QStringLiteral("whatIfRun"));
        auto *equal = button(tr("Equal"), Start::equal);
        equal->setObjectName(QStringLiteral("whatIfEqual"));
        equal->setToolTip(tr("The same weight for every task"));
        methods_ = new QComboBox;
        methods_->setObjectName(QStringLiteral("whatIfMethod"));
        methods_->setAccessibleName(tr("Weights of a method"));
        methods_->setToolTip(tr("The weights that a balance method with its defaults gives for these gradients, as in its first step"));
        methods_->setPlaceholderText(tr("Weights of…"));
        methods_->setMinimumContentsLength(10);
        methods_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        methods_->setMaxVisibleItems(20);
        std::vector<Card> cards = whatIfMethods();
        std::ranges::sort(cards, [](const Card &a, const Card &b) { return QString::compare(QString::fromStdString(a.title), QString::fromStdString(b.title), Qt::CaseInsensitive) < 0; });
        for (const Card &card : cards) {
            methods_->addItem(QString::fromStdString(card.title), QString::fromStdString(card.id));
            methods_->setItemData(methods_->count() - 1, QString::fromStdString(card.summary), Qt::ToolTipRole);
        }
        methods_->setCurrentIndex(-1);
        connect(methods_, &QComboBox::activated, this, [this] { begin(Start::method); });
        row->addWidget(methods_, 1);
        return row;
    }

    void makeRows(const RunData &data)
    {
        while (QLayoutItem *item = grid_->takeAt(0)) {
            delete item->widget();
            delete item;
        }
        rows_.clear();
        for (const TaskInfo &task : data.tasks()) {
            Row row{new QLabel, new QLabel, new QSlider(Qt::Horizontal), new QLabel, new ChangeBar};
            const QString name = QString::fromStdString(task.name);
            row.name->setText(row.name->fontMetrics().elidedText(name, Qt::ElideRight, 90));
            row.name->setToolTip(name);
            row.slider->setRange(0, ticks);
            row.slider->setSingleStep(ticks / 100);
            row.slider->setPageStep(ticks / 20);
            row.slider->setMinimumWidth(56);
            row.slider->setAccessibleName(tr("Weight of %1").arg(name));
            row.slider->setObjectName(QStringLiteral("whatIf/") + name);
            row.number->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
            row.number->setFixedWidth(row.number->fontMetrics().horizontalAdvance(QStringLiteral("0.0000")) + 2);
            connect(row.slider, &QSlider::valueChanged, this, [this] { takeSliders(); });
            rows_.push_back(row);
        }
        placeRows();
        restyle();
    }

    /// One line a task where there is room, else the bar under the slider.
    void placeRows()
    {
        wide_ = width() >= 460;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const Row &row = rows_[i];
            const int at = 2 * int(i);
            grid_->addWidget(row.mark, at, 0);
            grid_->addWidget(row.name, at, 1);
            grid_->addWidget(row.slider, at, 2);
            grid_->addWidget(row.number, at, 3);
            if (wide_)
                grid_->addWidget(row.bar, at, 4);
            else
                grid_->addWidget(row.bar, at + 1, 1, 1, 3);
            grid_->setRowMinimumHeight(at + 1, 0);
        }
        grid_->setColumnStretch(4, wide_ ? 3 : 0);
    }

    void resizeEvent(QResizeEvent *event) override
    {
        RunPanel::resizeEvent(event);
        if (!rows_.empty() && wide_ != (width() >= 460))
            placeRows();
    }

    void begin(Start start)
    {
        start_ = start;
        if (start != Start::method)
            methods_->setCurrentIndex(-1);
        restart();
    }

    /// The weights that follow from where the sliders started; those that a hand has moved stay.
    void restart()
    {
        if (rows_.empty() || gramian_.empty())
            return;
        failure_.clear();
        if (start_ == Start::run && !own_.empty()) {
            weights_ = own_;
        } else if (start_ == Start::method && methods_->currentIndex() >= 0) {
            try {
                weights_ = weightsOn(methods_->currentData().toString().toStdString(), gramian_, losses_, std::isfinite(rate_) ? rate_ : 0);
            } catch (const std::exception &error) {
                failure_ = QString::fromUtf8(error.what());
            }
        } else if (start_ != Start::hand || weights_.size() != rows_.size()) {
            // As heavy in sum as the run's own, so that the two can be compared.
            const double sum = own_.empty() ? double(rows_.size()) : std::accumulate(own_.begin(), own_.end(), 0.0);
            weights_.assign(rows_.size(), sum > 0 ? sum / double(rows_.size()) : 1);
        }
        if (weights_.size() != rows_.size())
            weights_.assign(rows_.size(), 1.0);
        double largest = 0;
        for (const std::vector<double> &weights : {weights_, own_})
            for (const double weight : weights)
                largest = std::max(largest, std::abs(weight));
        if (start_ != Start::hand || top_ < largest)
            top_ = roundScale(std::max(1.5 * largest, 1e-6));
        setting_ = true;
        for (std::size_t i = 0; i < rows_.size(); ++i)
            rows_[i].slider->setValue(int(std::lround(std::clamp(weights_[i] / top_, 0.0, 1.0) * ticks)));
        setting_ = false;
        showChanges();
    }

    void takeSliders()
    {
        if (setting_)
            return;
        start_ = Start::hand;
        methods_->setCurrentIndex(-1);
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (const int value = rows_[i].slider->value(); value != int(std::lround(std::clamp(weights_[i] / top_, 0.0, 1.0) * ticks)))
                weights_[i] = top_ * value / ticks;
        showChanges();
    }

    void showChanges()
    {
        if (gramian_.empty() || weights_.size() != rows_.size())
            return;
        const bool hasRate = highestRate_ > 0;
        const double rate = hasRate ? highestRate_ : 1;
        const SharedUpdate update = sharedUpdate(gramian_, weights_);
        const SharedUpdate own = own_.empty() ? SharedUpdate{} : sharedUpdate(gramian_, own_);
        sameLength_->setEnabled(own.norm > 0);
        const bool scaled = sameLength_->isEnabled() && sameLength_->isChecked() && update.norm > 0;
        const double factor = scaled ? own.norm / update.norm : 1;
        double largest = 0;
        for (std::size_t i = 0; i < rows_.size(); ++i)
            largest = std::max({largest, std::abs(rate * factor * update.products[i]), own.products.empty() ? 0 : std::abs(rate * own.products[i])});
        const double scale = roundScale(largest);
        int falling = 0;
        QStringList rising;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const double change = -rate * factor * update.products[i];
            const double reference = own.products.empty() ? std::nan("") : -rate * own.products[i];
            rows_[i].number->setText(shortNumber(weights_[i], 3));
            rows_[i].bar->setChange(change, reference, scale);
            const QString share = losses_[i] > 0 ? tr("%1 % of the loss %2").arg(shortNumber(100 * change / losses_[i], 3), shortNumber(losses_[i])) : QString();
            rows_[i].bar->setToolTip(tr("change %1\nwith the run's own weights %2\n%3\ncosine of the task's gradient and the update %4")
                                         .arg(shortNumber(change), shortNumber(reference), share, shortNumber(update.cosines[i], 3)).replace(QStringLiteral("\n\n"), QStringLiteral("\n")));
            falling += change < 0;
            if (change > 0)
                rising += QString::fromStdString(workspace().currentData()->tasks()[i].name);
        }
        QString words = rising.isEmpty() ? tr("%1 of %2 losses fall").arg(falling).arg(rows_.size())
                                         : tr("%1 of %2 losses fall; %3 %4").arg(falling).arg(rows_.size()).arg(rising.mid(0, 3).join(QStringLiteral(", ")), rising.size() > 1 ? tr("rise") : tr("rises"));
        if (rising.size() > 3)
            words.replace(rising.mid(0, 3).join(QStringLiteral(", ")), rising.mid(0, 3).join(QStringLiteral(", ")) + tr(" and %1 more").arg(rising.size() - 3));
        summary_->setText(failure_.isEmpty() ? words : failure_);
        QString caption = hasRate ? tr("Change of each loss by one plain gradient step, rate %1").arg(shortNumber(rate, 2)) : tr("Change of each loss per unit of the learning rate");
        caption += tr(" · step %1 · %2 · length %3").arg(groupedNumber(step_), where_, shortNumber(update.norm * factor, 3));
        caption += own.norm > 0 ? tr(" (outlined, the run's: %1)").arg(shortNumber(own.norm, 3)) : tr(" (the run's is not known)");
        caption_->setText(caption);
        caption_->setToolTip(own_.empty() ? QString::fromStdString(balance_.unknown) : tr("To first order, at the run's highest learning rate, whatever its schedule says at this step.\nThe run's optimiser may scale each parameter's step differently; the direction of the change is what counts."));
    }

    QGridLayout *grid_ = nullptr;
    QPushButton *runButton_ = nullptr;
    QComboBox *methods_ = nullptr;
    QCheckBox *sameLength_ = nullptr;
    QLabel *summary_ = nullptr;
    QLabel *caption_ = nullptr;
    std::vector<Row> rows_;

    int run_ = 0;
    RunBalance balance_;
    Start start_ = Start::run;
    std::vector<float> gramian_;
    std::vector<double> losses_;
    std::vector<double> own_;       ///< the run's weights at the step; empty: not known
    std::vector<double> weights_;
    std::int64_t step_ = 0;
    double rate_ = 0;
    double highestRate_ = 0;        ///< what the bars are for: a schedule that has run out would make all of them nothing
    double top_ = 1;                ///< a slider's end
    bool setting_ = false;
    bool wide_ = false;
    QString where_;
    QString failure_;
};

static const RegisterPanel<WhatIfPanel> registeredWhatIfPanel{{.id = "what_if", .title = "What-if weights", .category = "conflict", .summary = "What a step with other task weights would do to each loss"}};

} // namespace concord
