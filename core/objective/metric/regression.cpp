#include "core/objective/host.h"
#include "core/objective/metric.h"

#include <cmath>
#include <limits>

namespace concord {

namespace {

/// Root mean square error pooled over samples and values (main), and R² = 1 − squared error / variance for each value, averaged over
/// the values that vary. Constant predictor: the mean of each value, best for both.
class RegressionMetric : public Metric
{
public:
    bool suits(TaskKind kind) const override { return kind == TaskKind::regression; }

    void start(const TaskInfo &task) override
    {
        unit_ = task.unit;
        seen_.assign(std::size_t(task.classes), {});
        labels_.assign(std::size_t(task.classes), {});
    }

    void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, std::int64_t(seen_.size()));
        const HostPrediction predictions(prediction, labels);
        for (std::int64_t sample = 0; sample < labels.samples; ++sample)
            for (std::size_t k = 0; labels.present[std::size_t(sample)] && k < seen_.size(); ++k) {
                const double truth = labels.sample(sample)[k];
                const double error = predictions.sample(sample)[k] - truth;
                seen_[k].merge({.count = 1, .mean = truth, .spread = 0, .error = error * error});
            }
    }

    void addLabels(const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, std::int64_t(labels_.size()));
        for (std::int64_t sample = 0; sample < labels.samples; ++sample)
            for (std::size_t k = 0; labels.present[std::size_t(sample)] && k < labels_.size(); ++k)
                labels_[k].merge({.count = 1, .mean = labels.sample(sample)[k], .spread = 0, .error = 0});
    }

    void merge(const Metric &other) override
    {
        const auto &o = dynamic_cast<const RegressionMetric &>(other);
        for (std::size_t k = 0; k < seen_.size(); ++k) {
            seen_[k].merge(o.seen_[k]);
            labels_[k].merge(o.labels_[k]);
        }
    }

    std::vector<MetricValue> values() const override { return valuesOf(seen_); }

    std::vector<MetricValue> constantValues() const override
    {
        std::vector<Moments> moments = labels_;
        for (Moments &m : moments)
            m.error = m.spread;
        return valuesOf(moments);
    }

private:
    /// Running mean and sum of squared deviations (Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing
    /// Sample Variances", 1979): a plain sum of squares loses its digits for values far from zero.
    struct Moments
    {
        std::int64_t count = 0;
        double mean = 0;
        double spread = 0;
        double error = 0;

        void merge(const Moments &o)
        {
            if (o.count == 0)
                return;
            const double all = double(count + o.count);
            const double step = o.mean - mean;
            spread += o.spread + step * step * double(count) * double(o.count) / all;
            mean += step * double(o.count) / all;
            count += o.count;
            error += o.error;
        }
    };

    std::vector<MetricValue> valuesOf(const std::vector<Moments> &all) const
    {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        double error = 0;
        double count = 0;
        double explained = 0;
        double varying = 0;
        for (const Moments &m : all) {
            error += m.error;
            count += double(m.count);
            if (m.spread > 0) {
                explained += 1 - m.error / m.spread;
                ++varying;
            }
        }
        return {{.name = "RMSE", .value = count > 0 ? std::sqrt(error / count) : nan, .higherIsBetter = false, .unit = unit_, .main = true},
                {.name = "R²", .value = varying > 0 ? explained / varying : nan, .higherIsBetter = true, .unit = "", .main = false}};
    }

    std::string unit_;
    std::vector<Moments> seen_;
    std::vector<Moments> labels_;
};

} // namespace

static const Register<Metric, RegressionMetric> registeredRegressionMetric{Card{
    .id = "regression",
    .title = "Regression",
    .category = "Metrics",
    .summary = "Root mean square error pooled over values, and the explained share of the variance.",
}};

} // namespace concord
