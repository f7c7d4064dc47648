#include "core/objective/host.h"
#include "core/objective/metric.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord {

namespace {

/// Depth errors pooled over all known pixels of the set (Eigen et al., "Depth Map Prediction from a Single Image using a Multi-Scale
/// Deep Network", NeurIPS 2014, section 4.3): mean absolute error, mean absolute error over depth, root mean square error, and the
/// share of pixels with max(prediction / truth, truth / prediction) < 1.25.
/// Constant predictor: the median of the labels, which is best for the mean absolute error. It comes from a histogram whose bins
/// are 0.09 % wide and is the mean of the median's bin; abs, rel and RMSE are exact for that constant but for the pixels of that one bin
/// (off by at most 0.09 % of their depth), the share is exact but for the two bins at its borders.
class DepthMetric : public Metric
{
public:
    bool suits(TaskKind kind) const override { return kind == TaskKind::depth; }

    void start(const TaskInfo &task) override
    {
        unit_ = task.unit;
        sums_ = {};
        bins_.clear();
    }

    void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        const HostPrediction predictions(prediction, labels);
        for (std::int64_t sample = 0; sample < labels.samples; ++sample) {
            if (!labels.present[std::size_t(sample)])
                continue;
            const float *truth = labels.sample(sample);
            const float *found = predictions.sample(sample);
            Sums sums;   // of one image, so that a large set loses no digits
            for (std::int64_t i = 0; i < labels.pixels; ++i)
                if (truth[i] > 0)
                    sums.add(found[i], truth[i]);
            sums_.add(sums);
        }
    }

    void addLabels(const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        bins_.resize(binCount);
        for (std::int64_t sample = 0; sample < labels.samples; ++sample)
            if (labels.present[std::size_t(sample)])
                for (std::int64_t i = 0; i < labels.pixels; ++i)
                    if (const double truth = labels.sample(sample)[i]; truth > 0)
                        bins_[binOf(truth)].add({.count = 1, .sum = truth, .square = truth * truth, .inverse = 1 / truth});
    }

    void merge(const Metric &other) override
    {
        const auto &o = dynamic_cast<const DepthMetric &>(other);
        sums_.add(o.sums_);
        bins_.resize(std::max(bins_.size(), o.bins_.size()));
        for (std::size_t i = 0; i < o.bins_.size(); ++i)
            bins_[i].add(o.bins_[i]);
    }

    std::vector<MetricValue> values() const override { return valuesOf(sums_); }

    std::vector<MetricValue> constantValues() const override
    {
        std::int64_t all = 0;
        for (const Bin &bin : bins_)
            all += bin.count;
        if (all == 0)
            return valuesOf({});
        std::size_t middle = 0;
        for (std::int64_t below = bins_[0].count; below * 2 < all; below += bins_[middle].count)
            ++middle;
        const double constant = bins_[middle].sum / double(bins_[middle].count);
        Sums sums;
        for (std::size_t i = 0; i < bins_.size(); ++i) {
            const Bin &bin = bins_[i];
            if (bin.count == 0)
                continue;
            const double n = double(bin.count);
            const double mean = bin.sum / n;
            sums.count += bin.count;
            sums.absolute += std::abs(constant * n - bin.sum);
            sums.relative += std::abs(constant * bin.inverse - n);
            sums.square += n * constant * constant - 2 * constant * bin.sum + bin.square;
            sums.close += isClose(constant, mean) ? bin.count : 0;
        }
        return valuesOf(sums);
    }

private:
    struct Sums
    {
        std::int64_t count = 0;
        double absolute = 0;
        double relative = 0;
        double square = 0;
        std::int64_t close = 0;

        void add(double found, double truth)
        {
            const double error = found - truth;
            ++count;
            absolute += std::abs(error);
            relative += std::abs(error) / truth;
            square += error * error;
            close += isClose(found, truth);
        }

        void add(const Sums &o)
        {
            count += o.count;
            absolute += o.absolute;
            relative += o.relative;
            square += o.square;
            close += o.close;
        }
    };

    struct Bin
    {
        std::int64_t count = 0;
        double sum = 0;
        double square = 0;
        double inverse = 0;

        void add(const Bin &o)
        {
            count += o.count;
            sum += o.sum;
            square += o.square;
            inverse += o.inverse;
        }
    };

    static bool isClose(double found, double truth) { return found > 0 && std::max(found / truth, truth / found) < 1.25; }

    /// 0.1 mm … 1000 km in even ratios; what lies beyond goes to the outermost bins.
    static constexpr std::size_t binCount = 25600;
    static std::size_t binOf(double depth)
    {
        const double position = (std::log10(depth) + 4) / 10 * double(binCount);
        return std::size_t(std::clamp(position, 0.0, double(binCount - 1)));
    }

    std::vector<MetricValue> valuesOf(const Sums &sums) const
    {
        const double n = sums.count > 0 ? double(sums.count) : std::numeric_limits<double>::quiet_NaN();
        return {{.name = "abs", .value = sums.absolute / n, .higherIsBetter = false, .unit = unit_, .main = true},
                {.name = "rel", .value = sums.relative / n, .higherIsBetter = false, .unit = "", .main = false},
                {.name = "RMSE", .value = std::sqrt(sums.square / n), .higherIsBetter = false, .unit = unit_, .main = false},
                {.name = "δ < 1.25", .value = percent(double(sums.close), double(sums.count)), .higherIsBetter = true, .unit = "%", .main = false}};
    }

    std::string unit_ = {};
    Sums sums_ = {};
    std::vector<Bin> bins_ = {};
};

} // namespace

static const Register<Metric, DepthMetric> registeredDepthMetric{Card{
    .id = "depth",
    .title = "Depth",
    .category = "Metrics",
    .summary = "Absolute, relative and root mean square error and the share within a ratio of 1.25, pooled over pixels.",
    .paper = "Eigen et al., NeurIPS 2014",
}};

} // namespace concord
