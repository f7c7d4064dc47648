#pragma once

#include "core/balance/balance_block.h"
#include "core/model/model.h"

#include <memory>
#include <string>
#include <vector>

namespace concord {

/// The labels of one batch on the model's device, one per task of the model.
struct TaskLabels
{
    at::Tensor values;  ///< [N, label shape] float
    at::Tensor present; ///< [N] bool
    bool any = true;
};

struct BlockGramian
{
    std::string block;          ///< node id; "" for all shared parameters
    std::vector<double> values; ///< [tasks, tasks], zero rows for tasks without labels
};

struct StepResult
{
    std::vector<double> losses;  ///< [tasks]; NaN for a task without labels in this batch
    std::vector<double> weights; ///< [tasks]
    double residual = 0;
    std::vector<BlockGramian> gramians; ///< "" first; empty when not measured this step
    int nonFiniteTask = -1;             ///< index of a task whose loss, or gradient where measured, is not finite; then no gradient was written
};

/// Forward, the backward passes that the method needs and no more, and the update direction written to every parameter's `.grad()`.
///
/// Task-specific parameters never get more than one backward pass. Gramians come per block, and are asked of the layer
/// (Layer::backwardMany) where that is cheaper than rows; rows are kept only within `rowBudgetBytes`, else one more weighted
/// backward pass is made. `plan` says in a sentence which way was chosen, for the log.
class GradientEngine
{
public:
    GradientEngine(Model &model, const BalanceBlock &balance, std::uint64_t seed, const std::string &precision);
    ~GradientEngine();

    /// `measure`: also make Gramians when the method does not need them.
    StepResult step(const at::Tensor &image, const std::vector<TaskLabels> &labels, std::int64_t step, std::int64_t epoch, bool measure);

    BalanceMethod &method();
    at::Tensor learnable(); ///< the method's trainable numbers as a leaf for the optimiser; undefined when none
    void syncLearnable();   ///< after the optimiser's step: hands the numbers back to the method
    std::string plan() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace concord
