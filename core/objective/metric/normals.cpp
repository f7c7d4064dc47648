#include "core/objective/host.h"
#include "core/objective/metric.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace concord {

namespace {

using Direction = std::array<double, 3>;

/// Degrees between two directions, exact near 0 and 180 where acos is not; 90 for a vector without a direction.
double angleBetween(const Direction &a, const Direction &b)
{
    const double dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const double cross = std::hypot(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
    return dot == 0 && cross == 0 ? 90 : std::atan2(cross, dot) * 180 / std::numbers::pi;
}

/// Angles: count, exact mean and shares; the median from bins of 0.01°.
class AngleStatistics
{
public:
    void add(double angle, std::int64_t count = 1)
    {
        if (std::isnan(angle))
            angle = 180;   // a prediction that is no number is as wrong as can be, and must not vanish from the mean
        if (bins_.empty())
            bins_.resize(binCount);
        count_ += count;
        sum_ += angle * double(count);
        bins_[std::min(binCount - 1, std::size_t(angle * binsPerDegree))] += count;
        for (std::size_t i = 0; i < limits.size(); ++i)
            within_[i] += angle < limits[i] ? count : 0;
    }

    void merge(const AngleStatistics &other)
    {
        count_ += other.count_;
        sum_ += other.sum_;
        bins_.resize(std::max(bins_.size(), other.bins_.size()));
        for (std::size_t i = 0; i < other.bins_.size(); ++i)
            bins_[i] += other.bins_[i];
        for (std::size_t i = 0; i < limits.size(); ++i)
            within_[i] += other.within_[i];
    }

    std::vector<MetricValue> values() const
    {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        std::vector<MetricValue> result = {
            {.name = "mean", .value = count_ > 0 ? sum_ / double(count_) : nan, .higherIsBetter = false, .unit = "°", .main = true},
            {.name = "median", .value = count_ > 0 ? (nth((count_ - 1) / 2) + nth(count_ / 2)) / 2 : nan, .higherIsBetter = false, .unit = "°", .main = false}};
        for (std::size_t i = 0; i < limits.size(); ++i)
            result.push_back({.name = fmt::format("within {:g}°", limits[i]),
                              .value = percent(double(within_[i]), double(count_)),
                              .higherIsBetter = true,
                              .unit = "%",
                              .main = false});
        return result;
    }

private:
    static constexpr std::size_t binsPerDegree = 100;
    static constexpr std::size_t binCount = 180 * binsPerDegree + 1;
    static constexpr std::array<double, 3> limits = {11.25, 22.5, 30};

    /// The n-th smallest angle, as the middle of its bin.
    double nth(std::int64_t n) const
    {
        std::size_t bin = 0;
        for (std::int64_t below = bins_[0]; below <= n; below += bins_[bin])
            ++bin;
        return (double(bin) + 0.5) / double(binsPerDegree);
    }

    std::int64_t count_ = 0;
    double sum_ = 0;
    std::vector<std::int64_t> bins_;
    std::array<std::int64_t, 3> within_ = {};
};

/// Counts of directions on a grid over the sphere unfolded to a square (octahedral map: Cigolle et al., "A Survey of Efficient
/// Representations for Independent Unit Vectors", JCGT 2014). A direction is at most
/// 0.24° from the middle of its cell: √18 / 1024 rad at the centre of a face, where the map stretches most.
class DirectionGrid
{
public:
    void add(const Direction &d)
    {
        if (cells_.empty())
            cells_.resize(side * side);
        for (std::size_t i = 0; i < 3; ++i)
            sum_[i] += d[i];
        const double scale = 1 / (std::abs(d[0]) + std::abs(d[1]) + std::abs(d[2]));
        double u = d[0] * scale;
        double v = d[1] * scale;
        if (d[2] < 0) {
            const double folded = (1 - std::abs(v)) * (u < 0 ? -1 : 1);
            v = (1 - std::abs(u)) * (v < 0 ? -1 : 1);
            u = folded;
        }
        ++cells_[cell(u) * side + cell(v)];
    }

    void merge(const DirectionGrid &other)
    {
        cells_.resize(std::max(cells_.size(), other.cells_.size()));
        for (std::size_t i = 0; i < other.cells_.size(); ++i)
            cells_[i] += other.cells_[i];
        for (std::size_t i = 0; i < 3; ++i)
            sum_[i] += other.sum_[i];
    }

    /// Angles of all directions to their mean direction.
    AngleStatistics spread() const
    {
        AngleStatistics angles;
        for (std::size_t i = 0; i < cells_.size(); ++i)
            if (cells_[i] > 0)
                angles.add(angleBetween(sum_, middle(i / side, i % side)), cells_[i]);
        return angles;
    }

private:
    static constexpr std::size_t side = 1024;

    static std::size_t cell(double coordinate) { return std::min(side - 1, std::size_t((coordinate + 1) / 2 * double(side))); }

    static Direction middle(std::size_t i, std::size_t j)
    {
        const double u = (double(i) + 0.5) / double(side) * 2 - 1;
        const double v = (double(j) + 0.5) / double(side) * 2 - 1;
        const double z = 1 - std::abs(u) - std::abs(v);
        const double folded = std::max(-z, 0.0);
        return {u + (u < 0 ? folded : -folded), v + (v < 0 ? folded : -folded), z};
    }

    std::vector<std::int64_t> cells_;
    Direction sum_ = {};
};

/// Angle between predicted and true normal, pooled over all pixels with a normal: mean, median (from bins of 0.01°: at most 0.005°
/// off), and shares below 11.25°, 22.5° and 30° (Fouhey et al., "Data-Driven 3D Primitives for Single Image Understanding", ICCV 2013).
/// A zero prediction counts as 90°. Constant predictor: the mean direction of the labels, which is best for the mean cosine and close
/// to best for the mean angle; its angles are taken from cell middles, at most 0.24° off each and far less in the mean.
class NormalsMetric : public Metric
{
public:
    bool suits(TaskKind kind) const override { return kind == TaskKind::normals; }

    void start(const TaskInfo &) override
    {
        angles_ = {};
        directions_ = {};
    }

    void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 3);
        const HostPrediction predictions(prediction, labels);
        forEachKnown(labels, [&](std::int64_t sample, std::int64_t pixel, const Direction &truth) {
            angles_.add(angleBetween(direction(predictions.sample(sample), pixel, labels.pixels), truth));
        });
    }

    void addLabels(const at::Tensor &label, const at::Tensor &present) override
    {
        forEachKnown(HostLabels(label, present, 3), [&](std::int64_t, std::int64_t, const Direction &truth) { directions_.add(truth); });
    }

    void merge(const Metric &other) override
    {
        const auto &o = dynamic_cast<const NormalsMetric &>(other);
        angles_.merge(o.angles_);
        directions_.merge(o.directions_);
    }

    std::vector<MetricValue> values() const override { return angles_.values(); }
    std::vector<MetricValue> constantValues() const override { return directions_.spread().values(); }

private:
    static Direction direction(const float *sample, std::int64_t pixel, std::int64_t pixels)
    {
        return {sample[pixel], sample[pixel + pixels], sample[pixel + 2 * pixels]};
    }

    template<class Use>
    static void forEachKnown(const HostLabels &labels, const Use &use)
    {
        for (std::int64_t sample = 0; sample < labels.samples; ++sample)
            if (labels.present[std::size_t(sample)])
                for (std::int64_t pixel = 0; pixel < labels.pixels; ++pixel)
                    if (const Direction truth = direction(labels.sample(sample), pixel, labels.pixels); truth != Direction{})
                        use(sample, pixel, truth);
    }

    AngleStatistics angles_;
    DirectionGrid directions_;
};

} // namespace

static const Register<Metric, NormalsMetric> registeredNormalsMetric{Card{
    .id = "normals",
    .title = "Surface normals",
    .category = "Metrics",
    .summary = "Mean and median angle and the shares within 11.25°, 22.5° and 30°, pooled over pixels.",
    .paper = "Fouhey et al., ICCV 2013",
}};

} // namespace concord
