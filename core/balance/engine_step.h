#pragma once

#include "core/balance/gradient_engine.h"
#include "core/balance/held_weights.h"
#include "core/balance/segmented_backward.h"
#include "core/balance/step_gramians.h"

namespace concord {

/// What one step works with.
struct EngineContext
{
    Model &model;
    const BalanceBlock &options;
    const BackwardPlan &plan;
    RowMemory &memory;
    HeldWeights &method;
    at::ScalarType precision = at::kFloat;
    std::int64_t step = 0;
    std::int64_t epoch = 0;
    bool measure = false;
};

/// One step of the gradient engine: chooses how far the tasks must be kept apart, and goes that way.
class EngineStep
{
public:
    EngineStep(const EngineContext &context, const std::vector<TaskLabels> &labels);

    StepResult run(const at::Tensor &image);

private:
    /// weighted: one backward pass of Σ wᵢLᵢ · combined: the same with unweighted heads · taskWise: every task through the shared part
    enum class Route { weighted, combined, taskWise };
    Route chooseRoute() const;

    BalanceInput input() const;
    void backwardWeighted(const std::vector<at::Tensor> &losses);
    void backwardSegmented(SegmentedBackward &backward, const std::vector<at::Tensor> &losses);
    bool weighTasks(SegmentedBackward &backward);
    std::vector<std::vector<double>> weighGramians(const StepGramians &gramians);
    void aggregate(SegmentedBackward &backward);
    void finishShared(double factor);
    double sharedFactor() const;

    const EngineContext &context_;
    const std::vector<TaskLabels> &labels_;
    std::vector<int> active_;     ///< tasks that have labels
    std::vector<double> losses_;  ///< of the active tasks
    std::vector<double> weights_; ///< of the active tasks
    bool reuses_ = false;
    bool headsWeighted_ = true;
    Route route_ = Route::weighted;
    StepResult result_;
};

} // namespace concord
