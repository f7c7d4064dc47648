#include "core/objective/host.h"
#include "core/objective/metric.h"

#include <algorithm>
#include <numeric>

namespace concord {

namespace {

/// Share of samples whose largest logit is the true class. Constant predictor: the most frequent class.
class ClassificationMetric : public Metric
{
public:
    bool suits(TaskKind kind) const override { return kind == TaskKind::classification; }

    void start(const TaskInfo &task) override
    {
        classes_ = task.classes;
        ignore_ = task.ignore;
        correct_ = 0;
        seen_ = 0;
        frequency_.assign(std::size_t(classes_), 0);
    }

    void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        if (prediction.dim() != 2 || prediction.size(1) != classes_ || prediction.size(0) != labels.samples)
            throw Error("expected a prediction of {} values for each of {} samples, found {} values", classes_, labels.samples, prediction.numel());
        const at::Tensor winners = prediction.argmax(1).to(at::kCPU).contiguous();
        const auto *winner = winners.data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < labels.samples; ++i)
            if (const std::int64_t truth = known(labels, i); truth >= 0) {
                ++seen_;
                correct_ += winner[i] == truth;
            }
    }

    void addLabels(const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        for (std::int64_t i = 0; i < labels.samples; ++i)
            if (const std::int64_t truth = known(labels, i); truth >= 0)
                ++frequency_[std::size_t(truth)];
    }

    void merge(const Metric &other) override
    {
        const auto &o = dynamic_cast<const ClassificationMetric &>(other);
        correct_ += o.correct_;
        seen_ += o.seen_;
        std::ranges::transform(frequency_, o.frequency_, frequency_.begin(), std::plus());
    }

    std::vector<MetricValue> values() const override { return valuesOf(correct_, seen_); }

    std::vector<MetricValue> constantValues() const override
    {
        return valuesOf(std::ranges::max(frequency_), std::accumulate(frequency_.begin(), frequency_.end(), std::int64_t(0)));
    }

private:
    std::int64_t known(const HostLabels &labels, std::int64_t index) const
    {
        const auto id = std::int64_t(labels.values[index]);
        return !labels.present[std::size_t(index)] || id == ignore_ || id < 0 || id >= classes_ ? -1 : id;
    }

    static std::vector<MetricValue> valuesOf(std::int64_t correct, std::int64_t seen)
    {
        return {{.name = "accuracy", .value = percent(double(correct), double(seen)), .higherIsBetter = true, .unit = "%", .main = true}};
    }

    std::int64_t classes_ = 0;
    std::int64_t ignore_ = -1;
    std::int64_t correct_ = 0;
    std::int64_t seen_ = 0;
    std::vector<std::int64_t> frequency_;
};

} // namespace

static const Register<Metric, ClassificationMetric> registeredClassificationMetric{Card{
    .id = "classification",
    .title = "Classification",
    .category = "Metrics",
    .summary = "Share of samples whose most likely class is the true one.",
}};

} // namespace concord
