#include "core/objective/host.h"
#include "core/objective/metric.h"

#include <array>
#include <cmath>
#include <limits>

namespace concord {

namespace {

/// F-measure of a binary map at the one threshold that is best for the whole set (ODS: Martin et al., "Learning to Detect Natural
/// Image Boundaries Using Local Brightness, Color, and Texture Cues", PAMI 2004), with its precision and recall.
/// Thresholds are 0, 0.01 … 0.99 on the sigmoid; a pixel is positive at or above it. Unlike the Berkeley benchmark, pixels are compared one to one:
/// maps are not thinned and an edge one pixel off is wrong. Constant predictor: positive everywhere, the best constant map.
class BinaryMapMetric : public Metric
{
public:
    bool suits(TaskKind kind) const override { return kind == TaskKind::edges || kind == TaskKind::saliency; }

    void start(const TaskInfo &) override
    {
        counts_ = {};
        labels_ = {};
    }

    void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        const HostPrediction predictions(prediction, labels);
        forEachKnown(labels, [&](std::int64_t sample, std::int64_t pixel, bool truth) {
            const double probability = 1 / (1 + std::exp(-double(predictions.sample(sample)[pixel])));
            // What is no number counts as 0.
            const std::size_t bin = probability > 0 ? std::min(levels - 1, std::size_t(probability * levels)) : 0;
            ++counts_[truth][bin];
        });
    }

    void addLabels(const at::Tensor &label, const at::Tensor &present) override
    {
        forEachKnown(HostLabels(label, present, 1), [&](std::int64_t, std::int64_t, bool truth) { ++labels_[truth]; });
    }

    void merge(const Metric &other) override
    {
        const auto &o = dynamic_cast<const BinaryMapMetric &>(other);
        for (const std::size_t truth : {0u, 1u}) {
            labels_[truth] += o.labels_[truth];
            for (std::size_t bin = 0; bin < levels; ++bin)
                counts_[truth][bin] += o.counts_[truth][bin];
        }
    }

    std::vector<MetricValue> values() const override
    {
        std::int64_t positives = 0;
        std::int64_t all = 0;
        for (std::size_t bin = 0; bin < levels; ++bin) {
            positives += counts_[1][bin];
            all += counts_[0][bin] + counts_[1][bin];
        }
        Score best;
        std::int64_t hits = 0;
        std::int64_t found = 0;
        for (std::size_t bin = levels; bin-- > 0;) {
            hits += counts_[1][bin];
            found += counts_[0][bin] + counts_[1][bin];
            if (const Score score(hits, found, positives); score.f > best.f)
                best = score;
        }
        return valuesOf(best, all);
    }

    std::vector<MetricValue> constantValues() const override
    {
        return valuesOf(Score(labels_[1], labels_[0] + labels_[1], labels_[1]), labels_[0] + labels_[1]);
    }

private:
    static constexpr std::size_t levels = 100;

    /// All zero for a threshold that finds nothing true.
    struct Score
    {
        Score() = default;
        Score(std::int64_t hits, std::int64_t found, std::int64_t positives)
            : precision(hits > 0 ? double(hits) / double(found) : 0)
            , recall(hits > 0 ? double(hits) / double(positives) : 0)
            , f(hits > 0 ? 2 * precision * recall / (precision + recall) : 0)
        {
        }

        double precision = 0;
        double recall = 0;
        double f = 0;
    };

    template<class Use>
    static void forEachKnown(const HostLabels &labels, const Use &use)
    {
        for (std::int64_t sample = 0; sample < labels.samples; ++sample)
            if (labels.present[std::size_t(sample)])
                for (std::int64_t pixel = 0; pixel < labels.pixels; ++pixel)
                    if (const float truth = labels.sample(sample)[pixel]; truth >= 0)
                        use(sample, pixel, truth > 0.5f);
    }

    static std::vector<MetricValue> valuesOf(const Score &score, std::int64_t seen)
    {
        const double scale = seen > 0 ? 100 : std::numeric_limits<double>::quiet_NaN();
        return {{.name = "F-measure", .value = score.f * scale, .higherIsBetter = true, .unit = "%", .main = true},
                {.name = "precision", .value = score.precision * scale, .higherIsBetter = true, .unit = "%", .main = false},
                {.name = "recall", .value = score.recall * scale, .higherIsBetter = true, .unit = "%", .main = false}};
    }

    std::array<std::array<std::int64_t, levels>, 2> counts_ = {};   ///< [truth][probability]
    std::array<std::int64_t, 2> labels_ = {};
};

} // namespace

static const Register<Metric, BinaryMapMetric> registeredBinaryMapMetric{Card{
    .id = "edges",
    .title = "Edges and saliency",
    .category = "Metrics",
    .summary = "F-measure at the threshold that is best for the whole set, compared pixel by pixel.",
    .paper = "Martin et al., PAMI 2004",
}};

} // namespace concord
