#include "core/session/whole_model.h"

#include "core/balance/task_losses.h"
#include "core/tensor/autocast.h"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace concord {

std::vector<int> TaskDerivatives::active() const
{
    std::vector<int> tasks;
    for (std::size_t task = 0; task < losses.size(); ++task)
        if (!std::isnan(losses[task]))
            tasks.push_back(int(task));
    return tasks;
}

std::vector<double> TaskDerivatives::gramian(std::span<const int> tasks) const
{
    std::vector<double> result(tasks.size() * tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        // Row by row: float64 copies of all rows at once would be the largest thing in memory.
        const at::Tensor row = jacobian[tasks[i]].to(at::kDouble);
        for (std::size_t j = i; j < tasks.size(); ++j)
            result[i * tasks.size() + j] = result[j * tasks.size() + i] = row.dot(jacobian[tasks[j]].to(at::kDouble)).item<double>();
    }
    return result;
}

WholeModel::WholeModel(Model &model, const std::string &precision)
    : model_(model)
    , precision_(computeType(precision))
{
    for (const ModelParameter &parameter : model.parameters()) {
        parameters_.push_back(parameter.value);
        size_ += parameter.value.numel();
    }
}

at::Tensor WholeModel::values() const
{
    std::vector<at::Tensor> parts;
    for (const at::Tensor &parameter : parameters_)
        parts.push_back(parameter.detach().reshape({-1}));
    return at::cat(parts).clone();
}

void WholeModel::setValues(const at::Tensor &values)
{
    const at::NoGradGuard noGrad;
    std::int64_t from = 0;
    for (const at::Tensor &parameter : parameters_) {
        parameter.variable_data().copy_(values.narrow(0, from, parameter.numel()).view(parameter.sizes()));
        from += parameter.numel();
    }
}

void WholeModel::setGradient(const at::Tensor &direction)
{
    const at::NoGradGuard noGrad;
    const at::Tensor row = direction.to(model_.device(), at::kFloat);
    std::int64_t from = 0;
    for (at::Tensor &parameter : parameters_) {
        parameter.mutable_grad() = row.narrow(0, from, parameter.numel()).view(parameter.sizes()).clone();
        from += parameter.numel();
    }
}

TaskDerivatives WholeModel::derivatives(std::span<const EngineBatch> batches)
{
    const at::AutoGradMode differentiable(true);
    const std::size_t tasks = model_.tasks().size();
    TaskDerivatives result{.losses = std::vector<double>(tasks, std::nan("")),
                           .jacobian = at::zeros({std::int64_t(tasks), size_}, at::TensorOptions().dtype(at::kFloat).device(model_.device()))};
    const std::vector<double> shares = batchShares(batches);
    for (const EngineBatch &batch : batches) {
        const Forward forward = forwardIn(model_, batch.image, precision_, false);
        const std::vector<int> labelled = tasksWithLabels(std::span(&batch, 1));
        for (const int task : labelled) {
            const at::Tensor loss = taskLoss(model_, task, forward, batch.labels[std::size_t(task)]);
            double &sum = result.losses[std::size_t(task)];
            sum = (std::isnan(sum) ? 0 : sum) + shares[std::size_t(task)] * loss.item<double>();
            if (!std::isfinite(sum))
                result.nonFiniteTask = task;
            const auto gradients = torch::autograd::grad({loss}, parameters_, {}, /*retain_graph=*/task != labelled.back(), /*create_graph=*/false, /*allow_unused=*/true);
            const at::NoGradGuard noGrad;
            at::Tensor row = result.jacobian[task];
            std::int64_t from = 0;
            for (std::size_t i = 0; i < parameters_.size(); ++i) {
                if (gradients[i].defined())
                    row.narrow(0, from, parameters_[i].numel()).add_(gradients[i].reshape({-1}), shares[std::size_t(task)]);
                from += parameters_[i].numel();
            }
        }
    }
    return result;
}

} // namespace concord
