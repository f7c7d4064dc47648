#pragma once

#include "core/balance/backward_plan.h"
#include "core/balance/task_gradients.h"

#include <span>

namespace concord {

/// The kept rows and the update made from them; memory that is used again in each step.
struct RowMemory
{
    at::Tensor rows;   ///< [tasks, kept numbers]
    at::Tensor update; ///< [kept numbers]
};

/// A gradient that may be changed in place: autograd may hand the same tensor, or an expanded one, to several parameters.
at::Tensor ownedGradient(at::Tensor gradient);

/// One step's backward pass through a segmented forward pass: first the tails of all tasks together, then the shared nodes,
/// either task by task, with Gramians, or once for a weighted sum. Tasks are counted among `active`.
class SegmentedBackward
{
public:
    SegmentedBackward(const Model &model, const BackwardPlan &plan, RowMemory &memory, const Forward &forward, std::vector<int> active);

    /// What the loss of a task must read; a leaf where the prediction's node is walked.
    at::Tensor prediction(int position);

    /// Task-specific gradients, unweighted, and the gradients at the cut. `losses`: one per active task.
    void runTails(const std::vector<at::Tensor> &losses);

    /// Each task through the shared nodes. Fills `gramians()`.
    void walkTasks();

    /// Once through the shared nodes for Σ wₖ Lₖ; only for plans without own parameters in walked nodes.
    void walkCombined(std::span<const double> weights);

    /// Per walked node [active, active] float64 on the model's device, undefined where nothing is shared; after walkTasks.
    const std::vector<at::Tensor> &gramians() const { return gramians_; }

    /// [active, kept numbers]: the Jacobian, when the plan keeps all rows.
    at::Tensor rows() const;

    /// After walkTasks: writes Σ wₖ gₖ into the shared parameters' gradients. `weights`: one vector per walked node.
    void writeWeighted(const std::vector<std::vector<double>> &weights);

    /// After walkTasks: writes a direction [kept numbers] into the shared parameters' gradients.
    void writeUpdate(const at::Tensor &direction);

    /// Multiplies the task-specific gradients by their task's weight.
    void weighOwn(std::span<const double> weights);

private:
    void collectInputs(int node);
    void walkOneByOne(std::size_t position, const std::vector<int> &tasks);
    void walkBatched(std::size_t position, const std::vector<int> &tasks);
    std::vector<at::Tensor> differentiate(const WalkedNode &node, int task, std::span<const double> weights, const std::vector<at::Tensor> &targets,
                                          bool keepGraph);
    at::Tensor rowsOf(const WalkedNode &node) const;
    void assign(const WalkedNode &node, const at::Tensor &row) const;
    at::Tensor weightRow(const std::vector<double> &weights) const;

    const Model &model_;
    const BackwardPlan &plan_;
    RowMemory &memory_;
    const Forward &forward_;
    std::vector<int> active_; ///< task of each position
    std::vector<at::Tensor> predictionLeaves_;
    std::vector<std::vector<TaskGradients>> outputs_; ///< [node][output]
    std::vector<at::Tensor> gramians_;
};

} // namespace concord
