#pragma once

#include "core/base/random.h"
#include "core/objective/loss_block.h"
#include "core/objective/metric.h"
#include "core/tensor/tensor.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace concord::test {

inline const std::vector<TaskKind> allKinds = {TaskKind::segmentation, TaskKind::depth,          TaskKind::normals,    TaskKind::edges,
                                               TaskKind::saliency,     TaskKind::classification, TaskKind::multilabel, TaskKind::regression,
                                               TaskKind::boxes};

inline at::Tensor uniformTensor(at::IntArrayRef sizes, Random &random, double low, double high)
{
    const at::Tensor t = at::empty(sizes, at::kDouble);
    for (std::int64_t i = 0; i < t.numel(); ++i)
        t.data_ptr<double>()[i] = random.uniform(low, high);
    return t;
}

/// Predictions and labels of one kind with unknown values, a sample without the label, and which values count.
struct Sample
{
    TaskInfo task;
    at::Tensor prediction;   ///< float64
    at::Tensor label;        ///< float32
    at::Tensor present;
    at::Tensor known;        ///< bool, broadcasts against the prediction; made beside the label, not from it
    at::Tensor perfect;      ///< the best prediction for the label, float64
};

/// Up to three boxes an image with centres in cells of their own, on a map of 5 × 6 cells. Every value of a sample with the label counts.
inline Sample makeBoxSample(std::uint64_t seed, std::int64_t samples)
{
    constexpr std::int64_t classes = 4;
    constexpr std::int64_t h = 5;
    constexpr std::int64_t w = 6;
    constexpr std::int64_t rows = 6;
    Random random(seed, std::uint64_t(TaskKind::boxes));
    Sample s;
    s.task = {.name = "task", .kind = TaskKind::boxes, .classes = classes, .ignore = -1, .unit = "", .classNames = {}};
    s.prediction = uniformTensor({samples, classes + 4, h, w}, random, -2, 2);
    s.perfect = at::zeros({samples, classes + 4, h, w}, at::kDouble);
    s.perfect.narrow(1, 0, classes).fill_(-60);
    s.label = at::full({samples, rows, 5}, -1.0F);
    s.present = at::ones({samples}, at::kBool);
    if (samples > 2)
        s.present.data_ptr<bool>()[1] = false;
    s.known = s.present.view({samples, 1, 1, 1}).clone();
    for (std::int64_t n = 0; n < samples; ++n) {
        const auto boxes = std::int64_t(1 + random.below(3));
        for (std::int64_t i = 0; i < boxes; ++i) {
            const auto id = std::int64_t(random.below(classes));
            const auto column = std::int64_t(2 * i + std::int64_t(random.below(2)));
            const auto row = std::int64_t(random.below(h));
            const double x = double(column) + random.uniform(0.1, 0.9);
            const double y = double(row) + random.uniform(0.1, 0.9);
            const double width = random.uniform(0.2, 2 * std::min(x, double(w) - x));
            const double height = random.uniform(0.2, 2 * std::min(y, double(h) - y));
            const float sides[] = {float((x - width / 2) / w), float((y - height / 2) / h), float((x + width / 2) / w), float((y + height / 2) / h)};
            s.label[n][i][0].fill_(double(id));
            for (std::int64_t k = 0; k < 4; ++k)
                s.label[n][i][k + 1].fill_(sides[k]);
            // From the sides as floats, which are what is known.
            const double left = double(sides[0]) * w, top = double(sides[1]) * h, right = double(sides[2]) * w, bottom = double(sides[3]) * h;
            const double found[] = {right - left, bottom - top, (left + right) / 2 - double(column), (top + bottom) / 2 - double(row)};
            s.perfect[n][id][row][column].fill_(60);
            for (std::int64_t k = 0; k < 4; ++k)
                s.perfect[n][classes + k][row][column].fill_(found[k]);
        }
    }
    return s;
}

inline Sample makeSample(TaskKind kind, std::uint64_t seed, std::int64_t samples = 4)
{
    if (kind == TaskKind::boxes)
        return makeBoxSample(seed, samples);
    constexpr std::int64_t h = 5;
    constexpr std::int64_t w = 6;
    Random random(seed, std::uint64_t(kind));
    const bool dense = kind != TaskKind::classification && kind != TaskKind::multilabel && kind != TaskKind::regression;
    const bool ids = kind == TaskKind::segmentation || kind == TaskKind::classification;
    const std::int64_t channels = dense && !ids ? (kind == TaskKind::normals ? 3 : 1) : 4;
    Sample s;
    s.task = {.name = "task", .kind = kind, .classes = channels, .ignore = ids ? 4 : -1, .unit = "", .classNames = {}};
    const std::vector<std::int64_t> sizes = dense ? std::vector<std::int64_t>{samples, channels, h, w} : std::vector<std::int64_t>{samples, channels};
    const std::int64_t pixels = dense ? h * w : 1;
    const bool perPixel = ids || kind == TaskKind::normals;
    s.prediction = uniformTensor(sizes, random, -2, 2);
    s.perfect = at::zeros(sizes, at::kDouble);
    std::vector<std::int64_t> labelSizes = sizes;
    if (ids)
        labelSizes.erase(labelSizes.begin() + 1);
    std::vector<std::int64_t> knownSizes = sizes;
    if (perPixel)
        knownSizes[1] = 1;
    s.label = at::zeros(labelSizes);
    s.known = at::zeros(knownSizes, at::kBool);
    s.present = at::ones({samples}, at::kBool);
    if (samples > 2)
        s.present.data_ptr<bool>()[1] = false;
    float *label = s.label.data_ptr<float>();
    double *perfect = s.perfect.data_ptr<double>();
    bool *known = s.known.data_ptr<bool>();
    for (std::int64_t n = 0; n < samples; ++n) {
        const bool there = s.present.data_ptr<bool>()[n];
        for (std::int64_t c = 0; c < (perPixel ? 1 : channels); ++c)
            for (std::int64_t i = 0; i < pixels; ++i) {
                const std::int64_t flag = (n * (perPixel ? 1 : channels) + c) * pixels + i;
                const bool mayBeUnknown = kind != TaskKind::regression;
                known[flag] = there && !(mayBeUnknown && random.chance(0.25));
                const auto at = [&](std::int64_t channel) { return (n * channels + channel) * pixels + i; };
                if (ids) {
                    const auto id = std::int64_t(random.below(4));
                    label[n * pixels + i] = float(known[flag] ? id : 4);
                    perfect[at(id)] = 60;
                } else if (kind == TaskKind::normals) {
                    double v[3] = {random.normal(), random.normal(), random.normal()};
                    const double length = std::hypot(v[0], v[1], v[2]);
                    for (std::int64_t k = 0; k < 3; ++k) {
                        label[at(k)] = known[flag] ? float(v[k] / length) : 0;
                        perfect[at(k)] = label[at(k)];
                    }
                } else if (kind == TaskKind::depth || kind == TaskKind::regression) {
                    const double value = random.uniform(0.5, 5);
                    label[at(c)] = known[flag] ? float(value) : (kind == TaskKind::depth ? -1.0f : 0.0f);
                    perfect[at(c)] = label[at(c)];
                } else {
                    const bool one = random.chance(0.4);
                    label[at(c)] = known[flag] ? float(one) : -1.0f;
                    perfect[at(c)] = one ? 60 : -60;
                }
            }
    }
    return s;
}

inline std::unique_ptr<LossBlock> makeLoss(const std::string &id, const TaskInfo &task, const ParamMap &params = {})
{
    std::unique_ptr<Block> block = BlockRegistry::instance().make(id);
    setParams(*block, params, id);
    std::unique_ptr<LossBlock> loss(dynamic_cast<LossBlock *>(block.release()));
    loss->setTask(task);
    return loss;
}

inline at::Tensor lossGradient(const LossBlock &loss, const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present)
{
    const at::Tensor leaf = prediction.detach().clone().set_requires_grad(true);
    return torch::autograd::grad({loss.loss(leaf, label, present)}, {leaf})[0];
}

inline double lossValue(const LossBlock &loss, const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present)
{
    return loss.loss(prediction, label, present).item<double>();
}

inline at::Tensor allPresent(std::int64_t samples) { return at::ones({samples}, at::kBool); }

inline double maxDifference(const at::Tensor &a, const at::Tensor &b)
{
    return a.numel() == 0 ? 0 : (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

/// The value of that name; NaN when there is none.
inline double valueOf(const std::vector<MetricValue> &values, const std::string &name)
{
    const auto it = std::ranges::find(values, name, &MetricValue::name);
    return it == values.end() ? std::nan("") : it->value;
}

} // namespace concord::test
