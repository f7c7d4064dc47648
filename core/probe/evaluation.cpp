#include "core/probe/evaluation.h"

#include "core/objective/loss_block.h"
#include "core/probe/device_batch.h"
#include "core/probe/evaluation_mode.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

LoaderOptions inOrder(LoaderOptions options)
{
    options.shuffle = false;
    options.dropLast = false;
    options.flip = false;
    options.cropScale = 0;
    return options;
}

std::vector<MetricValue> joinedValues(const std::vector<std::unique_ptr<Metric>> &metrics, std::vector<MetricValue> (Metric::*values)() const)
{
    std::vector<MetricValue> result;
    for (const std::unique_ptr<Metric> &metric : metrics)
        std::ranges::move((metric.get()->*values)(), std::back_inserter(result));
    return result;
}

} // namespace

double ratioToConstant(const TaskScore &score)
{
    const auto value = std::ranges::find_if(score.metrics, [](const MetricValue &metric) { return metric.main && std::isfinite(metric.value); });
    if (value == score.metrics.end())
        return std::numeric_limits<double>::quiet_NaN();
    const auto constant = std::ranges::find(score.constants, value->name, &MetricValue::name);
    if (constant == score.constants.end() || !std::isfinite(constant->value))
        return std::numeric_limits<double>::quiet_NaN();
    // Where no constant finds anything (boxes: 0 %) the first tenth of a percent would be a thousandfold gain.
    const double least = value->higherIsBetter && value->unit == "%" ? 1 : 0;
    const double better = std::max(value->higherIsBetter ? value->value : constant->value, least);
    const double worse = std::max(value->higherIsBetter ? constant->value : value->value, least);
    if (better == worse)
        return 1;
    return std::clamp(better / worse, 1e-3, 1e3);
}

double EvaluationResult::mean() const
{
    double logarithms = 0;
    int count = 0;
    for (const TaskScore &score : tasks) {
        const double ratio = ratioToConstant(score);
        if (std::isnan(ratio))
            continue;
        logarithms += std::log(ratio);
        ++count;
    }
    return count > 0 ? 100 * std::expm1(logarithms / count) : std::numeric_limits<double>::quiet_NaN();
}

Evaluation::Evaluation(Model &model, std::shared_ptr<const Dataset> validation, LoaderOptions options, bool channelsLast)
    : model_(model)
    , validation_(std::move(validation))
    , loader_(validation_, inOrder(options))
    , channelsLast_(channelsLast)
{
}

Evaluation::Metrics Evaluation::startMetrics() const
{
    Metrics metrics(model_.tasks().size());
    for (std::size_t task = 0; task < metrics.size(); ++task) {
        const TaskInfo &info = model_.tasks()[task].info;
        for (const auto &[id, entry] : MetricRegistry::instance().entries()) {
            std::unique_ptr<Metric> metric = entry.make();
            if (!metric->suits(info.kind))
                continue;
            metric->start(info);
            metrics[task].push_back(std::move(metric));
        }
    }
    return metrics;
}

std::optional<EvaluationResult> Evaluation::run(const std::function<bool()> &goOn)
{
    const EvaluationMode evaluating(model_);
    const std::size_t tasks = model_.tasks().size();
    const bool first = constants_.empty();
    Metrics metrics = startMetrics();
    Metrics constants = first ? startMetrics() : Metrics{};
    std::vector<double> lossSums(tasks, 0.0);
    std::vector<std::int64_t> labelled(tasks, 0);

    if (!atStart_)
        loader_.seek(0, 0);
    atStart_ = false;
    for (std::int64_t seen = 0; seen < validation_->size();) {
        if (!goOn())
            return std::nullopt;
        const DeviceBatch batch = toDevice(loader_.next(), validation_->info(), model_, channelsLast_);
        seen += batch.size;
        const Forward forward = model_.forward(batch.image);
        for (std::size_t task = 0; task < tasks; ++task) {
            const TaskLabels &labels = batch.labels[task];
            if (!labels.any)
                continue;
            const at::Tensor &prediction = forward.predictions[task];
            const auto present = labels.present.sum().item<std::int64_t>();
            lossSums[task] += model_.tasks()[task].loss->loss(prediction, labels.values, labels.present).item<double>() * double(present);
            labelled[task] += present;
            for (const std::unique_ptr<Metric> &metric : metrics[task])
                metric->add(prediction, labels.values, labels.present);
            if (first)
                for (const std::unique_ptr<Metric> &metric : constants[task])
                    metric->addLabels(labels.values, labels.present);
        }
    }

    atStart_ = true; // the loader goes on with the same order
    EvaluationResult result;
    for (std::size_t task = 0; task < tasks; ++task) {
        if (first)
            constants_.push_back(joinedValues(constants[task], &Metric::constantValues));
        TaskScore score{.metrics = joinedValues(metrics[task], &Metric::values), .constants = constants_[task]};
        if (labelled[task] > 0)
            score.loss = lossSums[task] / double(labelled[task]);
        result.tasks.push_back(std::move(score));
    }
    return result;
}

} // namespace concord
