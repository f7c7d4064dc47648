#include "ui/image/plane_text.h"
#include "ui/image/sample_view.h"
#include "ui/panel/run_panel.h"
#include "ui/plot/chip_strip.h"
#include "ui/plot/number_text.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPointer>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <set>

namespace concord {

/// What the network said about a sample at the cursor's step, beside the truth, in every task at once.
class PredictionsPanel : public RunPanel
{
public:
    explicit PredictionsPanel(Workspace &workspace)
        : RunPanel(workspace, Runs::current)
        , view_(new SampleView)
        , classes_(new ChipStrip)
    {
        view_->setObjectName(QStringLiteral("sampleView"));
        classes_->setObjectName(QStringLiteral("classLegend"));
        auto *content = new QWidget;
        auto *layout = new QVBoxLayout(content);
        layout->setContentsMargins(10, 8, 8, 4);
        layout->setSpacing(4);
        layout->addWidget(view_, 1);
        layout->addWidget(classes_);
        setPages(tr("Truth, prediction and error of every task for one sample.\nA run stores them at each evaluation; the timeline below goes through them."), content);
        restyle();
        connect(&workspace, &Workspace::cursorStepChanged, this, [this] { renew(); });
        connect(classes_, &ChipStrip::toggled, this, [this](int index) {
            const int id = shownClasses_[std::size_t(index)];
            if (!hiddenClasses_.remove(id))
                hiddenClasses_.insert(id);
            view_->setHiddenClasses(hiddenClasses_);
            listClasses();
        });
    }

    QWidget *headerControls() override
    {
        auto *bar = new QWidget;
        auto *row = new QHBoxLayout(bar);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(6);
        overlay_ = new QWidget(bar);
        auto *overlayRow = new QHBoxLayout(overlay_);
        overlayRow->setContentsMargins(0, 0, 0, 0);
        auto *opacity = new QSlider(Qt::Horizontal, overlay_);
        opacity->setRange(0, 100);
        opacity->setValue(100);
        opacity->setFixedWidth(80);
        opacity->setToolTip(tr("Opacity of segmentations over the image"));
        opacity->setAccessibleName(tr("Opacity of segmentations"));
        overlayRow->addWidget(new QLabel(tr("overlay"), overlay_));
        overlayRow->addWidget(opacity);
        connect(opacity, &QSlider::valueChanged, this, [this](int value) { view_->setOpacity(value / 100.0); });
        samples_ = new QComboBox(bar);
        samples_->setToolTip(tr("The sample that is shown"));
        samples_->setAccessibleName(tr("Sample"));
        samples_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        connect(samples_, &QComboBox::activated, this, [this](int index) {
            sample_ = samples_->itemData(index).toInt();
            showPlanes();
        });
        row->addWidget(overlay_);
        row->addWidget(samples_);
        listSamples();
        return bar;
    }

protected:
    void restyle() override
    {
        view_->setTheme(workspace().theme());
        classes_->setTheme(workspace().theme());
    }

    void refresh() override
    {
        RunData *data = workspace().currentData();
        const bool any = data && !data->predictionSteps().empty();
        showContent(any);
        if (!any) {
            asked_ = {};
            setHeaderInfo({});
            return;
        }
        const auto &steps = data->predictionSteps();
        const std::int64_t cursor = workspace().cursorStep();
        const auto after = cursor < 0 ? steps.end() : std::ranges::upper_bound(steps, cursor);
        const std::int64_t step = after == steps.begin() ? steps.front() : *(after - 1);
        const std::pair wanted(data->summary().number, step);
        if (wanted == asked_)
            return;
        asked_ = wanted;
        workspace().project.requestPredictions(wanted.first, step, this, [this, wanted](std::vector<PredictionEvent> planes) {
            if (wanted != asked_)
                return;
            planes_ = std::make_shared<const std::vector<PredictionEvent>>(std::move(planes));
            listSamples();
            showPlanes();
        });
    }

private:
    void showPlanes()
    {
        RunData *data = workspace().currentData();
        if (!data || !planes_)
            return;
        const std::vector<TaskInfo> &tasks = data->tasks();
        view_->setTasks(tasks);
        const QStringList names = data->seriesNames();
        view_->setPlanes(planes_, sample_, [data = QPointer<RunData>(data), tasks, names, step = asked_.second](int task) -> QString {
            const MainMetric metric = mainMetric(tasks[std::size_t(task)], names);
            const Series *series = data ? data->series(metric.series) : nullptr;
            if (!series || series->steps.empty())
                return {};
            // The evaluation nearest to the pictures.
            const auto nearest = std::ranges::min_element(series->steps, {}, [step](std::int64_t at) { return std::abs(at - step); });
            return shortNumber(series->values[std::size_t(nearest - series->steps.begin())], 3) + metric.text;
        });
        listClasses();
        setHeaderInfo(tr("step %1 · one slider for all tasks").arg(groupedNumber(asked_.second)));
    }

    void listSamples()
    {
        std::set<int> found;
        if (planes_)
            for (const PredictionEvent &plane : *planes_)
                found.insert(plane.sample);
        if (!found.empty() && !found.contains(sample_))
            sample_ = *found.begin();
        if (!samples_)
            return;
        samples_->clear();
        for (const int sample : found)
            samples_->addItem(tr("sample %1").arg(sample), sample);
        samples_->setCurrentIndex(samples_->findData(sample_));
        samples_->setVisible(samples_->count() > 0);
    }

    void listClasses()
    {
        RunData *data = workspace().currentData();
        const auto task = data ? std::ranges::find(data->tasks(), TaskKind::segmentation, &TaskInfo::kind) : std::vector<TaskInfo>::const_iterator();
        const bool any = data && task != data->tasks().end();
        if (overlay_)
            overlay_->setVisible(any);
        classes_->setVisible(any);
        if (!any)
            return;
        shownClasses_ = view_->classesInView();
        const ColourTable colours = classColours(int(task->ignore));
        std::vector<ChipStrip::Chip> chips;
        for (const int id : shownClasses_)
            chips.push_back({className(*task, id), QColor(colours[std::size_t(id)]), !hiddenClasses_.contains(id)});
        classes_->setChips(chips);
    }

    SampleView *view_;
    ChipStrip *classes_;
    QPointer<QComboBox> samples_;
    QPointer<QWidget> overlay_;
    std::pair<int, std::int64_t> asked_ = {};   ///< run and step
    std::shared_ptr<const std::vector<PredictionEvent>> planes_;
    int sample_ = 0;
    QSet<int> hiddenClasses_;
    std::vector<int> shownClasses_;
};

static const RegisterPanel<PredictionsPanel> registeredPredictionsPanel{{.id = "predictions", .title = "Predictions", .category = "predictions", .summary = "Truth, prediction and error of every task for one sample"}};

} // namespace concord
