#pragma once

#include "core/base/registry.h"
#include "core/graph/tensor_type.h"

#include <memory>
#include <vector>

namespace at { class Tensor; }

namespace concord {

struct MetricValue
{
    std::string name = {};          ///< "mIoU", "abs", "rmse", "mean", "within 11.25°"
    double value = 0;
    bool higherIsBetter = true;
    std::string unit = {};          ///< "%" for shares, which go from 0 to 100
    bool main = false;              ///< the one that Δm and early stopping use
};

/// Accumulates over a whole set, pooled over pixels; a registered metric may give several values. One file each in core/objective/metric.
class Metric
{
public:
    virtual ~Metric() = default;
    virtual bool suits(TaskKind kind) const = 0;
    virtual void start(const TaskInfo &task) = 0;
    /// As LossBlock::loss; prediction raw (logits where the loss takes logits), any float dtype.
    virtual void add(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) = 0;
    virtual void merge(const Metric &other) = 0;                 ///< same type
    virtual std::vector<MetricValue> values() const = 0;         ///< NaN when nothing was seen
    /// The best predictor that ignores the image, judged by the same metric: feeds constant predictions made from the
    /// statistics of the labels added; called on a started metric with all labels.
    virtual void addLabels(const at::Tensor &label, const at::Tensor &present) = 0;
    virtual std::vector<MetricValue> constantValues() const = 0;  ///< of the best constant predictor for the labels added
};

using MetricRegistry = Registry<Metric>;

/// The registered metric that suits the kind; throws Error when there is none.
std::unique_ptr<Metric> metricFor(TaskKind kind);

} // namespace concord
