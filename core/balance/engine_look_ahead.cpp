#include "core/balance/engine_look_ahead.h"

#include "core/balance/task_losses.h"
#include "core/base/error.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord {

QuietForward::QuietForward(Model &model)
    : model_(model)
    , generator_(model.generator().get_state())
{
    for (const auto &[name, value] : model.buffers())
        buffers_.push_back(value.detach().clone());
}

QuietForward::~QuietForward()
{
    const at::NoGradGuard noGrad;
    const auto now = model_.buffers();
    for (std::size_t i = 0; i < now.size(); ++i)
        at::Tensor(now[i].second).copy_(buffers_[i]);
    model_.generator().set_state(generator_);
}

EngineLookAhead::EngineLookAhead(const EngineContext &context, std::span<const EngineBatch> current, std::vector<double> scales)
    : context_(context)
    , quiet_(context.model)
    , current_(current)
    , scales_(std::move(scales))
{
    for (const bool shared : {true, false}) {
        for (const ModelParameter &parameter : context.model.parameters()) {
            if (parameter.tasks.empty() || (parameter.tasks.size() > 1) != shared)
                continue;
            parameters_.push_back({parameter.value, parameter.tasks, size_});
            size_ += parameter.value.numel();
        }
        if (shared) {
            sharedCount_ = parameters_.size();
            sharedSize_ = size_;
        }
    }
}

EngineLookAhead::~EngineLookAhead()
{
    restore();
}

std::span<const EngineBatch> EngineLookAhead::batches(Batch batch, int draw)
{
    if (batch == Batch::current)
        return current_;
    std::vector<EngineBatch> &found = drawn_[{int(batch), draw}];
    if (found.empty()) {
        if (!context_.source)
            throw Error("balance: expected further batches for a method that looks ahead, found none");
        found.push_back(context_.source(batch, draw, context_.step));
    }
    return found;
}

std::vector<double> EngineLookAhead::losses(Batch batch, int draw)
{
    const at::NoGradGuard noGrad;
    std::vector<double> sums(scales_.size(), std::numeric_limits<double>::quiet_NaN());
    const auto all = batches(batch, draw);
    const std::vector<double> shares = batchShares(all);
    for (const EngineBatch &each : all) {
        const Forward forward = forwardIn(context_.model, each.image, context_.precision, false);
        for (std::size_t task = 0; task < sums.size(); ++task) {
            if (!each.labels[task].any)
                continue;
            const double loss = scales_[task] * taskLoss(context_.model, int(task), forward, each.labels[task]).item<double>();
            sums[task] = (std::isnan(sums[task]) ? 0 : sums[task]) + shares[task] * loss;
        }
    }
    return sums;
}

std::vector<double> EngineLookAhead::currentLosses(std::vector<double> *scores)
{
    if (!scores)
        return losses(Batch::current);
    const at::NoGradGuard noGrad;
    scores->assign(scales_.size(), 0.0);
    const std::vector<double> shares = batchShares(current_);
    for (const EngineBatch &each : current_) {
        const Forward forward = forwardIn(context_.model, each.image, context_.precision, false);
        for (std::size_t task = 0; task < scores->size(); ++task)
            if (each.labels[task].any)
                (*scores)[task] += shares[task] * taskScore(context_.model, int(task), forward.predictions[task], each.labels[task]);
    }
    return losses(Batch::current);
}

/// Gradients of Σ wₖ Lₖ, undefined where none of these tasks reaches.
std::vector<at::Tensor> EngineLookAhead::differentiate(const EngineBatch &batch, const Forward &forward, std::span<const double> weights,
                                                       const std::vector<at::Tensor> &targets, bool keepGraph) const
{
    at::Tensor sum;
    for (std::size_t task = 0; task < weights.size(); ++task) {
        if (!batch.labels[task].any || weights[task] == 0)
            continue;
        const at::Tensor loss = taskLoss(context_.model, int(task), forward, batch.labels[task]) * (weights[task] * scales_[task]);
        sum = sum.defined() ? sum + loss : loss;
    }
    if (!sum.defined() || !sum.requires_grad())
        return std::vector<at::Tensor>(targets.size());
    return torch::autograd::grad({sum}, targets, {}, keepGraph, /*create_graph=*/false, /*allow_unused=*/true);
}

at::Tensor EngineLookAhead::flatten(const std::vector<at::Tensor> &gradients, std::int64_t size) const
{
    const at::NoGradGuard noGrad;
    at::Tensor row = at::zeros({size}, at::TensorOptions().dtype(at::kFloat).device(context_.model.device()));
    for (std::size_t i = 0; i < gradients.size(); ++i)
        if (gradients[i].defined())
            parameterView(row, parameters_[i]).copy_(gradients[i]);
    return row;
}

at::Tensor EngineLookAhead::gradient(std::span<const double> weights, Batch batch, int draw)
{
    const at::AutoGradMode differentiable(true);
    std::vector<at::Tensor> targets;
    for (const SharedParameter &parameter : parameters_)
        targets.push_back(parameter.value);
    const auto all = batches(batch, draw);
    const std::vector<double> shares = batchShares(all);
    at::Tensor sum;
    for (const EngineBatch &each : all) {
        const Forward forward = forwardIn(context_.model, each.image, context_.precision, false);
        std::vector<double> scaled(weights.begin(), weights.end());
        for (std::size_t task = 0; task < scaled.size(); ++task)
            scaled[task] *= shares[task];
        const at::Tensor row = flatten(differentiate(each, forward, scaled, targets, false), size_);
        sum = sum.defined() ? sum + row : row;
    }
    return sum;
}

at::Tensor EngineLookAhead::jacobian(Batch batch, int draw)
{
    const at::AutoGradMode differentiable(true);
    std::vector<at::Tensor> targets;
    for (std::size_t i = 0; i < sharedCount_; ++i)
        targets.push_back(parameters_[i].value);
    const auto all = batches(batch, draw);
    const std::vector<double> shares = batchShares(all);
    at::Tensor result;
    for (const EngineBatch &each : all) {
        const Forward forward = forwardIn(context_.model, each.image, context_.precision, false);
        std::vector<at::Tensor> rows;
        for (std::size_t task = 0; task < scales_.size(); ++task) {
            std::vector<double> alone(scales_.size(), 0.0);
            alone[task] = shares[task];
            rows.push_back(flatten(differentiate(each, forward, alone, targets, true), sharedSize_));
        }
        const at::Tensor stacked = at::stack(rows);
        result = result.defined() ? result + stacked : stacked;
    }
    return result;
}

/// Through values that keep a version count of their own: what autograd saved stays good, because everything is put back.
void EngineLookAhead::move(const at::Tensor &direction, double step)
{
    const at::NoGradGuard noGrad;
    if (home_.empty())
        for (const SharedParameter &parameter : parameters_)
            home_.push_back(parameter.value.detach().clone());
    const std::size_t count = direction.numel() == sharedSize_ ? sharedCount_ : parameters_.size();
    const at::Tensor row = direction.to(context_.model.device(), at::kFloat).contiguous();
    for (std::size_t i = 0; i < count; ++i)
        parameters_[i].value.variable_data().add_(parameterView(row, parameters_[i]), step);
}

void EngineLookAhead::restore()
{
    const at::NoGradGuard noGrad;
    for (std::size_t i = 0; i < home_.size(); ++i)
        parameters_[i].value.variable_data().copy_(home_[i]);
    home_.clear();
}

void EngineLookAhead::writeGradient(const at::Tensor &direction) const
{
    const at::NoGradGuard noGrad;
    const at::Tensor row = direction.to(context_.model.device(), at::kFloat).contiguous();
    for (const SharedParameter &parameter : parameters_)
        at::Tensor(parameter.value).mutable_grad() = parameterView(row, parameter).clone();
}

} // namespace concord
