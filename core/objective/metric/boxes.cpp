#include "core/data/dataset.h"
#include "core/objective/centres.h"
#include "core/objective/host.h"
#include "core/objective/metric.h"

#include <algorithm>
#include <limits>
#include <map>

namespace concord {

namespace {

constexpr double hitOverlap = 0.5;

/// Average precision at an overlap of 0.5, averaged over the classes that occur: in each image predictions take the true box that they overlap most
/// with, the most certain first, each at most once; precision is interpolated at every recall that occurs (Everingham et al., "The Pascal Visual
/// Object Classes Challenge: A Retrospective", IJCV 2015). Equal scores count together, so that the order of images does not matter. Constant
/// predictor: for each class its mean or its median box in every image, whichever does better.
class BoxesMetric : public Metric
{
public:
    bool suits(TaskKind kind) const override { return kind == TaskKind::boxes; }

    void start(const TaskInfo &task) override
    {
        classes_ = std::size_t(task.classes);
        seen_.assign(classes_, {});
        labels_.clear();
    }

    void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        if (prediction.dim() != 4 || prediction.size(1) != std::int64_t(classes_) + 4 || prediction.size(0) != labels.samples)
            throw Error("expected a prediction of {} channels for each of {} samples, found {} channels", classes_ + 4, labels.samples,
                        prediction.dim() > 1 ? prediction.size(1) : 0);
        const at::Tensor host = prediction.detach().to(at::kCPU, at::kFloat);
        for (std::int64_t i = 0; i < labels.samples; ++i)
            if (labels.present[std::size_t(i)])
                addImage(boxesOfPrediction(host[i]), boxesOfLabel({labels.sample(i), std::size_t(labels.pixels)}), seen_);
    }

    void addLabels(const at::Tensor &label, const at::Tensor &present) override
    {
        const HostLabels labels(label, present, 1);
        for (std::int64_t i = 0; i < labels.samples; ++i)
            if (labels.present[std::size_t(i)])
                labels_.push_back(boxesOfLabel({labels.sample(i), std::size_t(labels.pixels)}));
    }

    void merge(const Metric &other) override
    {
        const auto &o = dynamic_cast<const BoxesMetric &>(other);
        for (std::size_t c = 0; c < classes_; ++c) {
            seen_[c].truths += o.seen_[c].truths;
            seen_[c].found.insert(seen_[c].found.end(), o.seen_[c].found.begin(), o.seen_[c].found.end());
        }
        labels_.insert(labels_.end(), o.labels_.begin(), o.labels_.end());
    }

    std::vector<MetricValue> values() const override
    {
        double sum = 0;
        double counted = 0;
        for (const OfClass &c : seen_)
            if (c.truths > 0) {
                sum += c.averagePrecision();
                ++counted;
            }
        return named(percent(sum, counted));
    }

    std::vector<MetricValue> constantValues() const override
    {
        std::vector<OfClass> mean(classes_);
        std::vector<OfClass> median(classes_);
        const std::vector<ScoredBox> means = constantBoxes(false);
        const std::vector<ScoredBox> medians = constantBoxes(true);
        for (const std::vector<ScoredBox> &truths : labels_) {
            addImage(means, truths, mean);
            addImage(medians, truths, median);
        }
        double sum = 0;
        double counted = 0;
        for (std::size_t c = 0; c < classes_; ++c)
            if (mean[c].truths > 0) {
                sum += std::max(mean[c].averagePrecision(), median[c].averagePrecision());
                ++counted;
            }
        return named(percent(sum, counted));
    }

private:
    struct Found
    {
        float score = 0;
        bool isHit = false;
    };

    struct OfClass
    {
        std::int64_t truths = 0;
        std::vector<Found> found = {};

        double averagePrecision() const
        {
            std::vector<Found> sorted = found;
            std::ranges::sort(sorted, std::greater(), &Found::score);
            std::vector<std::pair<double, double>> points;   // recall, precision
            double hits = 0;
            for (std::size_t i = 0; i < sorted.size(); ++i) {
                hits += sorted[i].isHit;
                if (i + 1 == sorted.size() || sorted[i + 1].score != sorted[i].score)
                    points.emplace_back(hits / double(truths), hits / double(i + 1));
            }
            double area = 0;
            double best = 0;
            for (std::size_t i = points.size(); i-- > 0;) {
                best = std::max(best, points[i].second);
                area += best * (points[i].first - (i > 0 ? points[i - 1].first : 0));
            }
            return area;
        }
    };

    /// `predicted` from the most certain on.
    static void addImage(const std::vector<ScoredBox> &predicted, const std::vector<ScoredBox> &truths, std::vector<OfClass> &classes)
    {
        for (const ScoredBox &truth : truths)
            if (std::size_t(truth.id) < classes.size())
                ++classes[std::size_t(truth.id)].truths;
        std::vector<bool> taken(truths.size(), false);
        for (const ScoredBox &box : predicted) {
            double best = 0;
            std::size_t at = truths.size();
            for (std::size_t i = 0; i < truths.size(); ++i)
                if (const double o = truths[i].id == box.id ? overlap(box.box, truths[i].box) : 0; o > best) {
                    best = o;
                    at = i;
                }
            const bool isHit = best >= hitOverlap && !taken[at];
            if (isHit)
                taken[at] = true;
            classes[std::size_t(box.id)].found.push_back({box.score, isHit});
        }
    }

    std::vector<ScoredBox> constantBoxes(bool isMedian) const
    {
        std::map<int, std::vector<std::vector<float>>> sides;   // per class and side
        for (const std::vector<ScoredBox> &truths : labels_)
            for (const auto &[id, score, box] : truths) {
                std::vector<std::vector<float>> &of = sides[id];
                of.resize(4);
                const float values[] = {box.left, box.top, box.right, box.bottom};
                for (std::size_t s = 0; s < 4; ++s)
                    of[s].push_back(values[s]);
            }
        std::vector<ScoredBox> boxes;
        for (auto &[id, of] : sides) {
            float value[4];
            for (std::size_t s = 0; s < 4; ++s) {
                std::ranges::sort(of[s]);   // the sum of sorted numbers does not depend on their order
                double sum = 0;
                for (const float v : of[s])
                    sum += v;
                value[s] = isMedian ? of[s][of[s].size() / 2] : float(sum / double(of[s].size()));
            }
            if (std::size_t(id) < classes_)
                boxes.push_back({.id = id, .score = 1, .box = {value[0], value[1], value[2], value[3]}});
        }
        return boxes;
    }

    static std::vector<MetricValue> named(double value)
    {
        return {{.name = "AP50", .value = value, .higherIsBetter = true, .unit = "%", .main = true}};
    }

    std::size_t classes_ = 0;
    std::vector<OfClass> seen_;
    std::vector<std::vector<ScoredBox>> labels_;   ///< per image
};

} // namespace

static const Register<Metric, BoxesMetric> registeredBoxesMetric{Card{
    .id = "boxes",
    .title = "Boxes",
    .category = "Metrics",
    .summary = "Average precision of boxes that overlap a true one by half (IoU 0.5), averaged over classes.",
    .paper = "Everingham et al., IJCV 2015",
}};

} // namespace concord
