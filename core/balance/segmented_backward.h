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
    at::Tensor features; ///< Gramian at the cut, of the step's batches so far
};

/// A gradient that may be changed in place: autograd may hand the same tensor, or an expanded one, to several parameters.
at::Tensor ownedGradient(at::Tensor gradient);

/// The place of a batch among those that make one step together.
struct BatchPlace
{
    bool first = true; ///< gradients and rows of earlier batches are overwritten, not added to
    bool last = true;  ///< Gramians are made
};

/// One vector [active] for a whole node, or one per shared parameter of it.
using UnitWeights = std::vector<std::vector<double>>;

/// One step's backward pass through a segmented forward pass: first the tails of all tasks together, then the shared nodes,
/// either task by task, with Gramians, or once for a weighted sum. Tasks are counted among `active`.
class SegmentedBackward
{
public:
    SegmentedBackward(const Model &model, const BackwardPlan &plan, RowMemory &memory, const Forward &forward, std::vector<int> active,
                      BatchPlace place = {});

    /// What the loss of a task must read; a leaf where the prediction's node is walked.
    at::Tensor prediction(int position);

    /// Likewise its earlier predictions that have a loss; always leaves.
    std::vector<at::Tensor> early(int position);

    /// Task-specific gradients, unweighted, and the gradients at the cut. `losses`: one per active task, undefined where it has none here.
    void runTails(const std::vector<at::Tensor> &losses);

    enum class Part { all, late, early };

    /// Each task through the shared nodes, or those behind the cut. Fills `gramians()`.
    void walkTasks(Part part = Part::all);

    /// Once through the shared nodes for Σ wₖ Lₖ; only where walked nodes have no own parameters.
    void walkCombined(std::span<const double> weights, Part part = Part::all);

    /// Gradients of the features at the cut: [active, numbers] float32, zero where a task does not reach; after the late nodes.
    at::Tensor featureRows() const;
    at::Tensor features() const; ///< the value of the first of them

    /// [active, active] float64: of the features at the cut.
    at::Tensor featureGramian() const;

    /// The features' gradient [numbers], in place of the tasks'; then `walkCombined` for the early nodes.
    void replaceFeatureGradient(const at::Tensor &direction);

    /// Per walked node [active, active] float64 on the model's device, undefined where nothing is shared; after walkTasks.
    const std::vector<at::Tensor> &gramians() const { return gramians_; }

    /// Of each shared parameter of a walked node, from its kept row.
    std::vector<at::Tensor> tensorGramians(std::size_t position) const;

    /// [active, kept numbers]: the Jacobian, when the plan keeps all rows.
    at::Tensor rows() const;

    /// After walkTasks: writes Σ wₖ gₖ into the shared parameters' gradients. `weights`: per walked node.
    void writeWeighted(const std::vector<UnitWeights> &weights, Part part = Part::all);

    /// After walkTasks: writes a direction [kept numbers] into the shared parameters' gradients.
    void writeUpdate(const at::Tensor &direction);

    /// Multiplies the task-specific gradients by their task's weight.
    void weighOwn(std::span<const double> weights);

    double gramianSeconds() const { return gramianSeconds_; }

private:
    void collectInputs(int node);
    bool isIn(Part part, int node) const;
    void makeRows();
    void addOwn(const at::Tensor &parameter, at::Tensor gradient) const;
    at::Tensor gramianOf(const at::Tensor &rows);
    void walkOneByOne(std::size_t position, const std::vector<int> &tasks);
    void walkBatched(std::size_t position, const std::vector<int> &tasks);
    std::vector<at::Tensor> differentiate(const WalkedNode &node, int task, std::span<const double> weights, const std::vector<at::Tensor> &targets,
                                          bool keepGraph);
    at::Tensor rowsOf(const WalkedNode &node) const;
    void combineRows(const WalkedNode &node, const UnitWeights &weights, at::Tensor &update) const;
    void assign(const WalkedNode &node, const at::Tensor &row) const;
    at::Tensor weightRow(const std::vector<double> &weights) const;

    const Model &model_;
    const BackwardPlan &plan_;
    RowMemory &memory_;
    const Forward &forward_;
    std::vector<int> active_; ///< task of each position
    BatchPlace place_;
    std::vector<at::Tensor> predictionLeaves_;
    std::vector<std::vector<at::Tensor>> earlyLeaves_;
    std::vector<std::vector<TaskGradients>> outputs_; ///< [node][output]
    std::vector<at::Tensor> gramians_;
    double gramianSeconds_ = 0;
};

} // namespace concord
