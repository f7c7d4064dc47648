#include "core/objective/host.h"
#include "core/objective/metric.h"

#include <algorithm>

namespace concord {

namespace {

/// Mean intersection over union and pixel accuracy from one confusion matrix over the whole set. Classes that neither truth nor
/// prediction ever shows are left out of the mean. Constant predictor: the most frequent class everywhere, which is the best single
/// class for both (its IoU is its share of the pixels, the IoU of every other class that occurs is 0).
class SegmentationMetric : public Metric
{
public:
    bool suits(TaskKind kind) const override { return kind == TaskKind::segmentation; }

    void start(const TaskInfo &task) override
    {
        classes_ = task.classes;
        ignore_ = task.ignore;
        confusion_.assign(std::size_t(classes_ * classes_), 0);
        frequency_.assign(std::size_t(classes_), 0);
    }

    void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        if (prediction.size(1) != classes_ || prediction.numel() != labels.samples * labels.pixels * classes_)
            throw Error("expected a prediction of {} channels with the label's size, found {} channels", classes_, prediction.size(1));
        const at::Tensor winners = prediction.argmax(1).to(at::kCPU).contiguous();
        const auto *winner = winners.data_ptr<std::int64_t>();
        for (std::int64_t sample = 0; sample < labels.samples; ++sample)
            if (labels.present[std::size_t(sample)])
                for (std::int64_t i = 0; i < labels.pixels; ++i)
                    if (const std::int64_t truth = known(labels.sample(sample)[i]); truth >= 0)
                        ++confusion_[std::size_t(truth * classes_ + winner[sample * labels.pixels + i])];
    }

    void addLabels(const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        for (std::int64_t sample = 0; sample < labels.samples; ++sample)
            if (labels.present[std::size_t(sample)])
                for (std::int64_t i = 0; i < labels.pixels; ++i)
                    if (const std::int64_t truth = known(labels.sample(sample)[i]); truth >= 0)
                        ++frequency_[std::size_t(truth)];
    }

    void merge(const Metric &other) override
    {
        const auto &o = dynamic_cast<const SegmentationMetric &>(other);
        std::ranges::transform(confusion_, o.confusion_, confusion_.begin(), std::plus());
        std::ranges::transform(frequency_, o.frequency_, frequency_.begin(), std::plus());
    }

    std::vector<MetricValue> values() const override { return valuesOf(confusion_); }

    std::vector<MetricValue> constantValues() const override
    {
        const auto best = std::ranges::max_element(frequency_) - frequency_.begin();
        std::vector<std::int64_t> confusion(confusion_.size());
        for (std::int64_t truth = 0; truth < classes_; ++truth)
            confusion[std::size_t(truth * classes_ + best)] = frequency_[std::size_t(truth)];
        return valuesOf(confusion);
    }

private:
    /// The class id, or −1 when unlabelled.
    std::int64_t known(float value) const
    {
        const auto id = std::int64_t(value);
        return id == ignore_ || id < 0 || id >= classes_ ? -1 : id;
    }

    std::vector<MetricValue> valuesOf(const std::vector<std::int64_t> &confusion) const
    {
        double correct = 0;
        double all = 0;
        double sum = 0;
        std::int64_t counted = 0;
        for (std::int64_t c = 0; c < classes_; ++c) {
            std::int64_t truth = 0;
            std::int64_t predicted = 0;
            for (std::int64_t k = 0; k < classes_; ++k) {
                truth += confusion[std::size_t(c * classes_ + k)];
                predicted += confusion[std::size_t(k * classes_ + c)];
            }
            const std::int64_t both = confusion[std::size_t(c * classes_ + c)];
            const std::int64_t either = truth + predicted - both;
            correct += double(both);
            all += double(truth);
            sum += either > 0 ? double(both) / double(either) : 0;
            counted += either > 0;
        }
        return {{.name = "mIoU", .value = percent(sum, double(counted)), .higherIsBetter = true, .unit = "%", .main = true},
                {.name = "pixel accuracy", .value = percent(correct, all), .higherIsBetter = true, .unit = "%", .main = false}};
    }

    std::int64_t classes_ = 0;
    std::int64_t ignore_ = -1;
    std::vector<std::int64_t> confusion_;   ///< [truth, prediction]
    std::vector<std::int64_t> frequency_;   ///< of the labels added
};

} // namespace

static const Register<Metric, SegmentationMetric> registeredSegmentationMetric{Card{
    .id = "segmentation",
    .title = "Segmentation",
    .category = "Metrics",
    .summary = "Mean intersection over union and pixel accuracy from one confusion matrix over the whole set.",
}};

} // namespace concord
