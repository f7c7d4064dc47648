#include "core/balance/task_losses.h"

#include "core/objective/loss_block.h"
#include "core/objective/metric.h"
#include "core/tensor/autocast.h"

#include <algorithm>
#include <cmath>

namespace concord {

std::vector<int> tasksWithLabels(std::span<const EngineBatch> batches)
{
    std::vector<int> result;
    if (batches.empty())
        return result;
    for (std::size_t task = 0; task < batches.front().labels.size(); ++task)
        if (std::ranges::any_of(batches, [task](const EngineBatch &batch) { return batch.labels[task].any; }))
            result.push_back(int(task));
    return result;
}

std::vector<double> batchShares(std::span<const EngineBatch> batches)
{
    std::vector<double> shares(batches.front().labels.size(), 1.0);
    for (std::size_t task = 0; task < shares.size(); ++task)
        shares[task] = 1 / std::max(1.0, double(std::ranges::count_if(batches, [task](const EngineBatch &batch) { return batch.labels[task].any; })));
    return shares;
}

Forward forwardIn(Model &model, const at::Tensor &image, at::ScalarType precision, bool segmented)
{
    const Autocast autocast(model.device().type(), precision);
    return model.forward(image, segmented);
}

at::Tensor taskLoss(const Model &model, int task, const at::Tensor &prediction, const std::vector<at::Tensor> &early, const TaskLabels &labels)
{
    const ModelTask &of = model.tasks()[task];
    at::Tensor loss = of.loss->loss(prediction.to(at::kFloat), labels.values, labels.present);
    for (std::size_t i = 0; i < of.early.size(); ++i)
        loss = loss + of.early[i].loss->loss(early[i].to(at::kFloat), labels.values, labels.present) * of.early[i].weight;
    return loss;
}

double taskScore(const Model &model, int task, const at::Tensor &prediction, const TaskLabels &labels)
{
    const at::NoGradGuard noGrad;
    const TaskInfo &info = model.tasks()[task].info;
    const std::unique_ptr<Metric> metric = metricFor(info.kind);
    metric->start(info);
    metric->add(prediction.detach(), labels.values, labels.present);
    for (const MetricValue &value : metric->values()) {
        if (!value.main || !std::isfinite(value.value))
            continue;
        if (value.higherIsBetter)
            return std::clamp(value.unit == "%" ? value.value / 100 : value.value, 0.0, 1.0);
        const std::unique_ptr<Metric> constant = metricFor(info.kind);
        constant->start(info);
        constant->addLabels(labels.values, labels.present);
        for (const MetricValue &best : constant->constantValues())
            if (best.name == value.name && best.value > 0)
                return std::clamp(1 - value.value / best.value, 0.0, 1.0);
        return 0;
    }
    return 0;
}

} // namespace concord
