#include "core/train/learner.h"

#include "core/tensor/autocast.h"
#include "core/train/failure.h"

#include <chrono>
#include <cmath>

namespace concord {

namespace {

/// An optimiser or schedule with its parameters; `what` is the plan's word for it.
template<class Part>
std::unique_ptr<Part> makeConfigured(const std::string &what, const std::string &id, const ParamMap &params)
{
    const auto &registry = Registry<Part>::instance();
    if (!registry.find(id))
        throw Error("plan.{}: expected one of {}, found '{}'{}", what, join(registry.ids(), ", "), id, didYouMean(id, registry.ids()));
    std::unique_ptr<Part> part = registry.make(id);
    setParams(*part, params, what + " " + id);
    return part;
}

} // namespace

const DataBlock &requireDataNode(const Analysis &analysis)
{
    if (!analysis.runnable())
        throw Error("the graph cannot run: {}", analysis.firstError());
    const auto node = analysis.nodes.find(analysis.dataNode);
    const auto *data = node == analysis.nodes.end() ? nullptr : dynamic_cast<const DataBlock *>(node->second.block.get());
    if (!data)
        throw Error("the graph cannot run: expected a data set node, found none");
    return *data;
}

Learner::Learner(const Plan &plan, const TaskGraph &graph, const Analysis &analysis, const DatasetInfo &data)
    : warmupSteps_(plan.warmupSteps)
    , clipNorm_(plan.clipNorm)
    , channelsLast_(plan.channelsLast)
{
    computeType(plan.precision); // an unknown one is refused before the model is made
    const auto balanceNode = analysis.nodes.find(analysis.balanceNode);
    const auto *balance = balanceNode == analysis.nodes.end() ? nullptr : dynamic_cast<const BalanceBlock *>(balanceNode->second.block.get());
    if (!balance)
        throw Error("the graph cannot run: expected a balance node, found none");

    optimiser_ = makeConfigured<Optimiser>("optimiser", plan.optimiser, plan.optimiserParams);
    schedule_ = makeConfigured<Schedule>("schedule", plan.schedule, plan.scheduleParams);

    const auto seed = std::uint64_t(plan.seed);
    model_ = Model::compile(graph, analysis, data, {.device = plan.device, .channelsLast = plan.channelsLast, .seed = seed});
    model_->freeze(plan.freeze);
    engine_ = std::make_unique<GradientEngine>(*model_, *balance, seed, plan.precision, plan.accumulate > 1);
    std::vector<double> rates = model_->rateFactors(plan.rates);
    std::vector<at::Tensor> parameters;
    for (const ModelParameter &parameter : model_->parameters())
        parameters.push_back(parameter.value);
    if (const at::Tensor learnable = engine_->learnable(); learnable.defined()) {
        parameters.push_back(learnable);
        rates.push_back(1);
    }
    optimiser_->start(std::move(parameters), std::move(rates));
}

Learner::Outcome Learner::step(std::span<const DeviceBatch> batches, std::int64_t step, std::int64_t epoch, std::int64_t totalSteps, bool measure)
{
    const double scale = rateFactor(*schedule_, step, totalSteps, warmupSteps_);
    const StepPlace place{.step = step, .epoch = epoch, .learningRate = optimiser_->learningRate * scale, .measure = measure};
    Outcome outcome{.result = engine_->step(batches, place), .learningRate = place.learningRate};
    if (const int task = outcome.result.nonFiniteTask; task >= 0) {
        throw StepFailure("the loss of '{}' became {} at step {}: lower the learning rate (now {:g}), clip the gradient (plan.clipNorm), or check that "
                          "task's labels and the images; the last checkpoint is kept",
                          model_->tasks().at(std::size_t(task)).info.name, std::isinf(outcome.result.losses.at(std::size_t(task))) ? "infinite" : "NaN",
                          step + 1, outcome.learningRate);
    }
    if (clipNorm_ > 0)
        clip(step);
    const auto began = std::chrono::steady_clock::now();
    optimiser_->step(scale);
    engine_->syncLearnable();
    outcome.optimiserSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (engine_->method().looksBack())
        engine_->lookBack(batches, place);
    return outcome;
}

/// Scales the whole update so that its norm is `clipNorm_` at most (Pascanu et al., ICML 2013); the method's own trainable
/// numbers are not part of it.
void Learner::clip(std::int64_t step)
{
    const at::NoGradGuard noGrad;
    std::vector<at::Tensor> norms;
    for (const ModelParameter &parameter : model_->parameters())
        if (parameter.value.grad().defined())
            norms.push_back(parameter.value.grad().norm());
    if (norms.empty())
        return;
    const double norm = at::stack(norms).norm().item<double>();
    if (!std::isfinite(norm))
        throw StepFailure("the gradient became {} at step {}: lower the learning rate (now {:g}); the last checkpoint is kept",
                          std::isinf(norm) ? "infinite" : "NaN", step + 1, optimiser_->learningRate);
    if (norm <= clipNorm_)
        return;
    for (const ModelParameter &parameter : model_->parameters())
        if (at::Tensor gradient = parameter.value.grad(); gradient.defined())
            gradient.mul_(clipNorm_ / norm);
}

} // namespace concord
