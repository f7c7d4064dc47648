#include "core/balance/segmented_backward.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <chrono>

namespace concord {

SegmentedBackward::SegmentedBackward(const Model &model, const BackwardPlan &plan, RowMemory &memory, const Forward &forward, std::vector<int> active,
                                     BatchPlace place)
    : model_(model)
    , plan_(plan)
    , memory_(memory)
    , forward_(forward)
    , active_(std::move(active))
    , place_(place)
    , predictionLeaves_(active_.size())
    , earlyLeaves_(active_.size())
    , gramians_(plan.walked().size())
{
    for (const ModelNode &node : model.nodes())
        outputs_.emplace_back(node.outputCount, TaskGradients(int(active_.size())));
}

at::Tensor SegmentedBackward::prediction(int position)
{
    const at::Tensor &value = forward_.predictions.at(active_[position]);
    if (plan_.isAttached(active_[position]))
        return value;
    return predictionLeaves_[position] = value.detach().requires_grad_(true);
}

std::vector<at::Tensor> SegmentedBackward::early(int position)
{
    earlyLeaves_[position].clear();
    for (const at::Tensor &value : forward_.early.at(active_[position]))
        earlyLeaves_[position].push_back(value.detach().requires_grad_(true));
    return earlyLeaves_[position];
}

void SegmentedBackward::runTails(const std::vector<at::Tensor> &losses)
{
    std::vector<at::Tensor> present;
    for (const at::Tensor &loss : losses)
        if (loss.defined())
            present.push_back(loss);
    torch::autograd::backward(present);
    for (std::size_t k = 0; k < active_.size(); ++k) {
        if (!losses[k].defined())
            continue;
        const ModelTask &task = model_.tasks()[active_[k]];
        for (std::size_t i = 0; i < earlyLeaves_[k].size(); ++i)
            outputs_[task.early[i].prediction.node][task.early[i].prediction.output].add(int(k), earlyLeaves_[k][i].grad());
        const ModelNode::Source source = task.prediction;
        if (predictionLeaves_[k].defined())
            outputs_[source.node][source.output].add(int(k), predictionLeaves_[k].grad());
        else
            collectInputs(source.node);
    }
    for (const std::vector<int> &wave : plan_.waves()) {
        std::vector<at::Tensor> roots;
        std::vector<at::Tensor> gradients;
        for (const int node : wave) {
            const auto position = std::ranges::find(active_, model_.nodes()[node].tasks.front());
            if (position == active_.end())
                continue;
            for (std::size_t o = 0; o < outputs_[node].size(); ++o) {
                const at::Tensor &output = forward_.nodes[node].outputs[o];
                const at::Tensor gradient = outputs_[node][o].of(int(position - active_.begin()));
                if (!gradient.defined() || !output.requires_grad())
                    continue;
                roots.push_back(output);
                gradients.push_back(gradient.to(output.scalar_type()));
            }
        }
        if (!roots.empty())
            torch::autograd::backward(roots, gradients);
        for (const int node : wave)
            collectInputs(node);
    }
}

/// Hands a tail's input gradients on to the nodes that they come from.
void SegmentedBackward::collectInputs(int node)
{
    const auto position = std::ranges::find(active_, model_.nodes()[node].tasks.front());
    if (position == active_.end())
        return;
    const auto &inputs = model_.nodes()[node].inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (inputs[i].node >= 0)
            outputs_[inputs[i].node][inputs[i].output].add(int(position - active_.begin()), forward_.nodes[node].inputs[i].grad());
}

/// Gradients of one task (or of the weighted sum, task −1) with respect to `targets`; undefined where it does not reach.
std::vector<at::Tensor> SegmentedBackward::differentiate(const WalkedNode &node, int task, std::span<const double> weights,
                                                         const std::vector<at::Tensor> &targets, bool keepGraph)
{
    std::vector<at::Tensor> roots;
    std::vector<at::Tensor> gradients;
    for (std::size_t o = 0; o < outputs_[node.index].size(); ++o) {
        const at::Tensor &output = forward_.nodes[node.index].outputs[o];
        const at::Tensor gradient = task < 0 ? outputs_[node.index][o].combined(weights) : outputs_[node.index][o].of(task);
        if (!gradient.defined() || !output.requires_grad())
            continue;
        roots.push_back(output);
        gradients.push_back(gradient.to(output.scalar_type()));
    }
    if (roots.empty() || targets.empty())
        return std::vector<at::Tensor>(targets.size());
    return torch::autograd::grad(roots, targets, gradients, keepGraph, /*create_graph=*/false, /*allow_unused=*/true);
}

bool SegmentedBackward::isIn(Part part, int node) const
{
    return part == Part::all || plan_.cut().isLate(node) == (part == Part::late);
}

void SegmentedBackward::makeRows()
{
    if (plan_.keptSize() == 0 || memory_.rows.defined())
        return;
    const at::TensorOptions options = at::TensorOptions().dtype(at::kFloat).device(model_.device());
    memory_.rows = at::zeros({std::int64_t(model_.tasks().size()), plan_.keptSize()}, options);
    memory_.update = at::zeros({plan_.keptSize()}, options);
}

void SegmentedBackward::walkTasks(Part part)
{
    for (std::size_t position = 0; position < plan_.walked().size(); ++position) {
        const WalkedNode &node = plan_.walked()[position];
        if (!isIn(part, node.index))
            continue;
        if (node.way == Way::kept && node.size > 0)
            makeRows();
        std::vector<int> tasks;
        for (int k = 0; k < int(active_.size()); ++k)
            if (std::ranges::any_of(outputs_[node.index], [k](const TaskGradients &output) { return output.reaches(k); }))
                tasks.push_back(k);
        if (node.way == Way::batched && !tasks.empty())
            walkBatched(position, tasks);
        else
            walkOneByOne(position, tasks);
        if (node.way == Way::kept || node.size == 0)
            for (TaskGradients &output : outputs_[node.index])
                output.clear();
    }
}

void SegmentedBackward::walkBatched(std::size_t position, const std::vector<int> &tasks)
{
    const at::NoGradGuard noGrad;
    const WalkedNode &node = plan_.walked()[position];
    const ModelNode &of = model_.nodes()[node.index];
    TaskGradients &output = outputs_[node.index].front();
    // Kept stacked, for the weighted sum afterwards.
    at::Tensor stack = output.stack(tasks);
    output.clear();
    output.addStack(tasks, stack);
    at::Tensor small = at::zeros({std::int64_t(tasks.size()), std::int64_t(tasks.size())}, at::TensorOptions().dtype(at::kDouble).device(model_.device()));
    const at::Tensor input = of.layer->backwardMany(stack, small, !node.wanted.empty());
    if (!node.wanted.empty())
        outputs_[of.inputs[0].node][of.inputs[0].output].addStack(tasks, input);
    if (tasks.size() == active_.size()) {
        gramians_[position] = small;
        return;
    }
    const at::Tensor places = at::eye(std::int64_t(active_.size()), small.options()).index_select(1, at::tensor(tasks, at::kLong).to(model_.device()));
    gramians_[position] = places.mm(small).mm(places.t());
}

void SegmentedBackward::walkOneByOne(std::size_t position, const std::vector<int> &tasks)
{
    const WalkedNode &node = plan_.walked()[position];
    const ModelNode &of = model_.nodes()[node.index];
    at::Tensor rows;
    if (node.size > 0)
        rows = node.way == Way::kept ? rowsOf(node)
                                     : at::empty({std::int64_t(active_.size()), node.size}, at::TensorOptions().dtype(at::kFloat).device(model_.device()));
    for (int k = 0; k < int(active_.size()); ++k) {
        const bool reached = std::ranges::find(tasks, k) != tasks.end();
        const bool overwrites = place_.first || node.way != Way::kept;
        if (!reached) {
            if (node.size > 0 && overwrites)
                rows[k].zero_();
            continue;
        }
        std::vector<at::Tensor> targets;
        for (const SharedParameter &parameter : node.shared)
            targets.push_back(parameter.value);
        const std::size_t sharedEnd = targets.size();
        std::vector<at::Tensor> own;
        for (const OwnParameter &parameter : node.own)
            if (parameter.task == active_[k])
                own.push_back(parameter.value);
        targets.insert(targets.end(), own.begin(), own.end());
        for (const int input : node.wanted)
            targets.push_back(forward_.nodes[node.index].inputs[input]);
        const bool last = k == tasks.back();
        std::vector<at::Tensor> found = differentiate(node, k, {}, targets, !last || node.way == Way::again);

        const at::NoGradGuard noGrad;
        const at::Tensor row = node.size > 0 ? rows[k] : at::Tensor();
        for (std::size_t i = 0; i < sharedEnd; ++i) {
            at::Tensor place = parameterView(row, node.shared[i]);
            if (found[i].defined())
                overwrites ? place.copy_(found[i]) : place.add_(found[i]);
            else if (overwrites)
                place.zero_();
        }
        for (std::size_t i = 0; i < own.size(); ++i)
            addOwn(own[i], std::move(found[sharedEnd + i]));
        for (std::size_t i = 0; i < node.wanted.size(); ++i) {
            const ModelNode::Source source = of.inputs[node.wanted[i]];
            outputs_[source.node][source.output].add(k, found[sharedEnd + own.size() + i]);
        }
    }
    if (node.size > 0 && place_.last)
        gramians_[position] = gramianOf(rows);
}

at::Tensor SegmentedBackward::gramianOf(const at::Tensor &rows)
{
    const auto began = std::chrono::steady_clock::now();
    const at::NoGradGuard noGrad;
    at::Tensor gramian = rows.mm(rows.t()).to(at::kDouble);
    gramianSeconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return gramian;
}

std::vector<at::Tensor> SegmentedBackward::tensorGramians(std::size_t position) const
{
    const at::NoGradGuard noGrad;
    const WalkedNode &node = plan_.walked()[position];
    std::vector<at::Tensor> result;
    for (const SharedParameter &parameter : node.shared) {
        const at::Tensor part = rowsOf(node).narrow(1, parameter.offset, parameter.value.numel());
        result.push_back(part.mm(part.t()).to(at::kDouble));
    }
    return result;
}

at::Tensor SegmentedBackward::rows() const
{
    return memory_.rows.narrow(0, 0, std::int64_t(active_.size()));
}

at::Tensor SegmentedBackward::rowsOf(const WalkedNode &node) const
{
    return rows().narrow(1, node.offset, node.size);
}

} // namespace concord
