#include "core/balance/engine_step.h"

#include "core/balance/auxiliary_terms.h"
#include "core/balance/engine_look_ahead.h"
#include "core/balance/task_losses.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord {

namespace {

double secondsSince(std::chrono::steady_clock::time_point began)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

} // namespace

EngineStep::EngineStep(const EngineContext &context, std::span<const EngineBatch> batches)
    : context_(context)
    , batches_(batches)
    , active_(tasksWithLabels(batches))
{
    const std::size_t tasks = batches.front().labels.size();
    scales_.assign(tasks, 1.0);
    if (const std::vector<double> preference = context.options.preferences(int(tasks)); !preference.empty()) {
        double sum = 0;
        for (const int task : active_)
            sum += preference[task];
        for (const int task : active_)
            if (context.method.usesPreference())
                preference_.push_back(preference[task] / sum);
            else
                scales_[task] = preference[task] / sum * double(active_.size());
    }
    const std::string &heads = context.options.heads;
    headsWeighted_ = heads == "weighted" || (heads == "paper" && context.method.weighsHeads());
    // Weights per block or tensor need every task's gradients in each step anyway.
    const bool isBetween = context.options.every > 1 && context.step % context.options.every != 0 && context.options.granularity == "all";
    if (isBetween && context.method.needs() == BalanceMethod::Needs::gramian) {
        weights_ = context.method.held(active_);
        heads_ = context.method.heldHeads(active_);
        reuses_ = !weights_.empty();
    }
    route_ = chooseRoute();
    result_.losses.assign(tasks, std::numeric_limits<double>::quiet_NaN());
    result_.weights.assign(tasks, 0.0);
}

/// Are the weights known without gradients of this batch?
bool EngineStep::weighsFirst() const
{
    return context_.method.needs() == BalanceMethod::Needs::losses || context_.method.needs() == BalanceMethod::Needs::lookAhead || reuses_;
}

EngineStep::Route EngineStep::chooseRoute() const
{
    // Gradients that belong to one task in the midst of shared nodes cannot be told from a weighted sum.
    const bool apart = context_.plan.hasWalkedOwn();
    if (context_.measure)
        return Route::taskWise;
    if (weighsFirst())
        return headsWeighted_ && heads_.empty() ? Route::weighted : apart ? Route::taskWise : Route::combined;
    return context_.plan.cut().isWhole() || apart || batches_.size() > 1 ? Route::taskWise : Route::partial;
}

StepResult EngineStep::run()
{
    if (active_.empty())
        return std::move(result_);
    const bool many = batches_.size() > 1;
    if (context_.method.needs() == BalanceMethod::Needs::lookAhead || (many && context_.method.needs() == BalanceMethod::Needs::losses)) {
        const auto began = Clock::now();
        const bool goesOn = lookAhead();
        result_.phases.solver += secondsSince(began);
        if (!goesOn)
            return std::move(result_);
    }
    for (std::size_t index = 0; index < batches_.size(); ++index)
        if (!runBatch(index))
            return std::move(result_);
    for (std::size_t k = 0; k < active_.size(); ++k)
        result_.weights[active_[k]] = weights_[k];
    return std::move(result_);
}

/// Forward and backward of one of the step's batches; false when something is not finite.
bool EngineStep::runBatch(std::size_t index)
{
    const EngineBatch &batch = batches_[index];
    const bool last = index + 1 == batches_.size();
    Model &model = context_.model;
    auto began = Clock::now();
    for (const WalkedNode &node : context_.plan.walked())
        if (node.way == Way::batched)
            model.nodes()[node.index].layer->keepForMany(route_ == Route::taskWise || (route_ == Route::partial && context_.plan.cut().isLate(node.index)));
    const Forward forward = forwardIn(model, batch.image, context_.precision, route_ != Route::weighted);
    SegmentedBackward backward(model, context_.plan, context_.memory, forward, active_, {.first = index == 0, .last = last});
    const AuxiliaryTerms further(model, result_.auxiliary, 1 / double(batches_.size()));
    const std::vector<double> shares = batchShares(batches_);
    std::vector<at::Tensor> losses(active_.size());
    std::vector<at::Tensor> present;
    for (std::size_t k = 0; k < active_.size(); ++k) {
        const int task = active_[k];
        if (!batch.labels[task].any)
            continue;
        losses[k] = route_ == Route::weighted ? taskLoss(model, task, forward, batch.labels[task])
                                              : taskLoss(model, task, backward.prediction(int(k)), backward.early(int(k)), batch.labels[task]);
        present.push_back(losses[k].detach());
        if (shares[task] != 1)
            losses[k] = losses[k] * shares[task];
    }
    if (present.empty())
        return true;
    const at::Tensor host = at::stack(present).to(at::kCPU, at::kDouble); // the step's first wait for the device
    std::size_t next = 0;
    for (std::size_t k = 0; k < active_.size(); ++k) {
        if (!losses[k].defined())
            continue;
        const double loss = host.data_ptr<double>()[next++];
        double &sum = result_.losses[active_[k]];
        sum = (std::isnan(sum) ? 0 : sum) + loss * shares[active_[k]];
        if (!std::isfinite(loss) && result_.nonFiniteTask < 0)
            result_.nonFiniteTask = active_[k];
    }
    result_.phases.forward += secondsSince(began);
    if (result_.nonFiniteTask >= 0)
        return false;
    if (batches_.size() == 1) {
        takeLosses(result_.losses);
        if (context_.method.wantsScores())
            for (const int task : active_)
                scores_.push_back(taskScore(model, task, forward.predictions[task], batch.labels[task]));
        if (context_.method.needs() == BalanceMethod::Needs::losses && !weighLosses())
            return false;
    } else if (last && !weighsFirst()) {
        takeLosses(result_.losses);
    }
    began = Clock::now();
    const StepPhases before = result_.phases;
    // Before the graph is used up. What belongs to no task is added when the tasks are balanced, clipped and scaled.
    further.differentiate(forward, route_ != Route::weighted, furtherGradients_);
    if (route_ == Route::weighted)
        backwardWeighted(losses);
    else
        backwardSegmented(backward, losses, last);
    result_.phases.gramian += backward.gramianSeconds();
    result_.phases.backward += secondsSince(began) - (result_.phases.gramian - before.gramian) - (result_.phases.solver - before.solver);
    if (result_.nonFiniteTask >= 0)
        return false;
    if (last) {
        if (route_ != Route::weighted)
            if (const std::vector<double> heads = headWeights(); std::ranges::any_of(heads, [](double weight) { return weight != 1; }))
                backward.weighOwn(heads);
        finishShared(route_ == Route::weighted ? sharedFactor() : 1);
        addGradients(model, furtherGradients_);
    }
    return true;
}

void EngineStep::backwardWeighted(const std::vector<at::Tensor> &losses)
{
    std::vector<at::Tensor> present;
    std::vector<double> numbers;
    for (std::size_t k = 0; k < losses.size(); ++k)
        if (losses[k].defined()) {
            present.push_back(losses[k]);
            numbers.push_back(weights_[k]);
        }
    torch::autograd::backward(present, at::tensor(numbers, at::kDouble).to(present.front().device(), present.front().scalar_type()).unbind());
}

void EngineStep::backwardSegmented(SegmentedBackward &backward, const std::vector<at::Tensor> &losses, bool last)
{
    using Part = SegmentedBackward::Part;
    backward.runTails(losses);
    if (route_ == Route::combined) {
        std::vector<double> scaled = weights_;
        for (double &weight : scaled)
            weight *= sharedFactor();
        backward.walkCombined(scaled);
        return;
    }
    const bool features = context_.plan.cut().source() == GradientSource::features && !weighsFirst();
    backward.walkTasks(features || route_ == Route::partial ? Part::late : Part::all);
    if (route_ == Route::partial) {
        weighPartly(backward);
        return;
    }
    at::Tensor compared;
    if (features) {
        compared = backward.featureGramian();
        if (batches_.size() > 1)
            compared = context_.memory.features.defined() && &batches_.front() != &batches_.back() ? context_.memory.features + compared : compared;
        context_.memory.features = last ? at::Tensor() : compared;
        if (context_.method.needs() == BalanceMethod::Needs::jacobian) {
            // The direction is made at the cut; the tasks' own gradients go on only to be measured.
            context_.memory.features = at::Tensor();
            replaceFeatures(backward);
            return;
        }
        backward.walkTasks(Part::early);
    }
    if (last)
        weighTasks(backward, compared);
}

/// Scales the shared update, and shortens it to the option `clip`, without a wait for the device.
void EngineStep::finishShared(double factor)
{
    const at::NoGradGuard noGrad;
    const double longest = context_.options.clip;
    if (factor == 1 && !(longest > 0))
        return;
    std::vector<at::Tensor> gradients;
    std::vector<at::Tensor> norms;
    for (const at::Tensor &parameter : context_.plan.sharedParameters())
        if (parameter.grad().defined())
            gradients.push_back(parameter.grad());
    if (gradients.empty())
        return;
    if (factor != 1)
        at::_foreach_mul_(gradients, at::Scalar(factor));
    if (!(longest > 0))
        return;
    for (const at::Tensor &gradient : gradients)
        norms.push_back(gradient.norm());
    const at::Tensor shrink = (longest / at::stack(norms).norm()).clamp_max(1);
    for (at::Tensor &gradient : gradients)
        gradient.mul_(shrink);
}

} // namespace concord
