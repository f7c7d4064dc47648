#pragma once

#include "core/data/loader.h"
#include "core/model/model.h"
#include "core/objective/metric.h"

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace concord {

struct TaskScore
{
    double loss = std::numeric_limits<double>::quiet_NaN(); ///< mean over labelled samples; NaN without any
    std::vector<MetricValue> metrics = {};
    std::vector<MetricValue> constants = {}; ///< the same metrics of the best constant predictor
};

struct EvaluationResult
{
    std::vector<TaskScore> tasks = {};

    /// "val/mean", in percent: how many times better than constant predictors the tasks are in the geometric mean, less one,
    /// so that one percent more on any task counts the same; + is better, 0 is no better. NaN when no task has a ratio.
    double mean() const;
};

/// How many times better the main metric is than that of the best predictor that ignores its input: value / constant where
/// higher is better, constant / value where lower is; kept within 1/1000 … 1000. Percentages below 1 % count as 1 %. NaN without a finite main metric.
double ratioToConstant(const TaskScore &score);

/// Losses and metrics over the whole validation set. Neither gradients, dropout nor the generator are touched.
class Evaluation
{
  public:
    /// `options`' batch, threads and queue are used; the order is the set's own.
    Evaluation(Model &model, std::shared_ptr<const Dataset> validation, LoaderOptions options, bool channelsLast);

    /// Asks `goOn` before each batch; nothing when it said no.
    std::optional<EvaluationResult> run(const std::function<bool()> &goOn);

  private:
    using Metrics = std::vector<std::vector<std::unique_ptr<Metric>>>; ///< per task
    Metrics startMetrics() const;

    Model &model_;
    std::shared_ptr<const Dataset> validation_;
    Loader loader_;
    bool channelsLast_;
    bool atStart_ = true;
    std::vector<std::vector<MetricValue>> constants_; ///< per task, known after the first whole pass
};

} // namespace concord
