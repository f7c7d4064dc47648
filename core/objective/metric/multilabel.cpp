#include "core/objective/host.h"
#include "core/objective/metric.h"

#include <limits>

namespace concord {

namespace {

/// Several yes/no labels at once, each decided at logit 0: accuracy (main, as is usual for CelebA's attributes) and F1, both computed
/// for each label over the set and then averaged. Labels without a known value are left out, for F1 also those that neither
/// truth nor prediction ever has. Constant predictor: for each label its more frequent value (zero in a tie), best for the accuracy.
class MultilabelMetric : public Metric
{
public:
    bool suits(TaskKind kind) const override { return kind == TaskKind::multilabel; }

    void start(const TaskInfo &task) override
    {
        seen_.assign(std::size_t(task.classes), {});
        labels_.assign(std::size_t(task.classes), {});
    }

    void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, std::int64_t(seen_.size()));
        const HostPrediction predictions(prediction, labels);
        forEachKnown(labels, [&](std::int64_t sample, std::size_t c, bool truth) { seen_[c].add(truth, predictions.sample(sample)[c] > 0); });
    }

    void addLabels(const at::Tensor &label, const at::Tensor &present) override
    {
        forEachKnown(HostLabels(label, present, std::int64_t(labels_.size())),
                     [&](std::int64_t, std::size_t c, bool truth) { labels_[c].add(truth, truth); });
    }

    void merge(const Metric &other) override
    {
        const auto &o = dynamic_cast<const MultilabelMetric &>(other);
        for (std::size_t c = 0; c < seen_.size(); ++c) {
            seen_[c].merge(o.seen_[c]);
            labels_[c].merge(o.labels_[c]);
        }
    }

    std::vector<MetricValue> values() const override { return valuesOf(seen_); }

    std::vector<MetricValue> constantValues() const override
    {
        std::vector<Counts> counts;
        for (const Counts &c : labels_)
            counts.push_back(c.hit > c.rejected ? Counts{.hit = c.hit, .missed = 0, .invented = c.rejected, .rejected = 0}
                                                : Counts{.hit = 0, .missed = c.hit, .invented = 0, .rejected = c.rejected});
        return valuesOf(counts);
    }

private:
    struct Counts
    {
        std::int64_t hit = 0;
        std::int64_t missed = 0;
        std::int64_t invented = 0;
        std::int64_t rejected = 0;

        void add(bool truth, bool found) { ++(truth ? (found ? hit : missed) : (found ? invented : rejected)); }

        void merge(const Counts &o)
        {
            hit += o.hit;
            missed += o.missed;
            invented += o.invented;
            rejected += o.rejected;
        }
    };

    template<class Use>
    static void forEachKnown(const HostLabels &labels, const Use &use)
    {
        for (std::int64_t sample = 0; sample < labels.samples; ++sample)
            if (labels.present[std::size_t(sample)])
                for (std::int64_t c = 0; c < labels.channels; ++c)
                    if (const float truth = labels.sample(sample)[c]; truth >= 0)
                        use(sample, std::size_t(c), truth > 0.5f);
    }

    static std::vector<MetricValue> valuesOf(const std::vector<Counts> &all)
    {
        double accuracy = 0;
        double f1 = 0;
        double withValues = 0;
        double withPositives = 0;
        for (const Counts &c : all) {
            const std::int64_t count = c.hit + c.missed + c.invented + c.rejected;
            if (count == 0)
                continue;
            ++withValues;
            accuracy += double(c.hit + c.rejected) / double(count);
            if (c.rejected == count)
                continue;
            ++withPositives;
            f1 += 2 * double(c.hit) / double(2 * c.hit + c.missed + c.invented);
        }
        return {{.name = "accuracy", .value = percent(accuracy, withValues), .higherIsBetter = true, .unit = "%", .main = true},
                {.name = "F1", .value = percent(f1, withPositives), .higherIsBetter = true, .unit = "%", .main = false}};
    }

    std::vector<Counts> seen_;
    std::vector<Counts> labels_;   ///< hit: ones, rejected: zeros
};

} // namespace

static const Register<Metric, MultilabelMetric> registeredMultilabelMetric{Card{
    .id = "multilabel",
    .title = "Multi-label",
    .category = "Metrics",
    .summary = "Accuracy and F1 of yes/no labels, averaged over the labels.",
}};

} // namespace concord
