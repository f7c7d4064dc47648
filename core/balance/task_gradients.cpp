#include "core/balance/task_gradients.h"

#include <algorithm>

namespace concord {

void TaskGradients::add(int task, const at::Tensor &gradient)
{
    if (!gradient.defined())
        return;
    unstack();
    at::Tensor &sum = each_.at(task);
    sum = sum.defined() ? sum + gradient : gradient;
}

void TaskGradients::addStack(const std::vector<int> &tasks, const at::Tensor &gradients)
{
    const bool empty = !stack_.defined() && std::ranges::none_of(each_, [](const at::Tensor &g) { return g.defined(); });
    if (empty) {
        stack_ = gradients;
        stacked_ = tasks;
        return;
    }
    if (stack_.defined() && stacked_ == tasks) {
        stack_ = stack_ + gradients;
        return;
    }
    for (std::size_t k = 0; k < tasks.size(); ++k)
        add(tasks[k], gradients[std::int64_t(k)]);
}

void TaskGradients::addCombined(const at::Tensor &gradient)
{
    if (gradient.defined())
        combined_ = combined_.defined() ? combined_ + gradient : gradient;
}

bool TaskGradients::reaches(int task) const
{
    return stack_.defined() ? std::ranges::find(stacked_, task) != stacked_.end() : each_.at(task).defined();
}

at::Tensor TaskGradients::of(int task) const
{
    if (!stack_.defined())
        return each_.at(task);
    const auto it = std::ranges::find(stacked_, task);
    return it == stacked_.end() ? at::Tensor() : stack_[it - stacked_.begin()];
}

at::Tensor TaskGradients::stack(const std::vector<int> &tasks) const
{
    if (stack_.defined() && stacked_ == tasks)
        return stack_;
    std::vector<at::Tensor> parts;
    at::Tensor like;
    for (const int task : tasks) {
        parts.push_back(of(task));
        if (parts.back().defined())
            like = parts.back();
    }
    for (at::Tensor &part : parts)
        if (!part.defined())
            part = at::zeros_like(like);
    return at::stack(parts);
}

at::Tensor TaskGradients::combined(std::span<const double> weights) const
{
    at::Tensor sum = combined_;
    if (stack_.defined()) {
        std::vector<double> of;
        for (const int task : stacked_)
            of.push_back(weights[task]);
        const at::Tensor row = at::tensor(of, at::kDouble).to(stack_.device(), stack_.scalar_type());
        const at::Tensor part = row.unsqueeze(0).mm(stack_.reshape({stack_.size(0), -1})).view(stack_.sizes().slice(1));
        return sum.defined() ? sum + part : part;
    }
    bool owned = false; // combined_ belongs to others; the first sum makes a tensor of ours
    for (std::size_t task = 0; task < each_.size(); ++task) {
        if (!each_[task].defined())
            continue;
        if (!sum.defined())
            sum = each_[task] * weights[task];
        else if (owned)
            sum.add_(each_[task], weights[task]);
        else
            sum = sum.add(each_[task], weights[task]);
        owned = true;
    }
    return sum;
}

void TaskGradients::clear()
{
    std::ranges::fill(each_, at::Tensor());
    stack_ = at::Tensor();
    stacked_.clear();
    combined_ = at::Tensor();
}

void TaskGradients::unstack()
{
    if (!stack_.defined())
        return;
    for (std::size_t k = 0; k < stacked_.size(); ++k)
        each_.at(stacked_[k]) = stack_[std::int64_t(k)];
    stack_ = at::Tensor();
    stacked_.clear();
}

} // namespace concord
