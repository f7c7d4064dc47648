#pragma once

#include "core/tensor/tensor.h"

#include <span>
#include <vector>

namespace concord {

/// The gradients of several tasks with respect to one tensor, kept one by one or stacked, whichever way they came.
/// Tasks are counted among those that have labels in this batch.
class TaskGradients
{
public:
    explicit TaskGradients(int tasks = 0)
        : each_(tasks)
    {
    }

    void add(int task, const at::Tensor &gradient);                            ///< nothing for an undefined one
    void addStack(const std::vector<int> &tasks, const at::Tensor &gradients); ///< [K, …]
    void addCombined(const at::Tensor &gradient);                              ///< of the weighted sum of tasks

    bool reaches(int task) const;
    at::Tensor of(int task) const;                              ///< undefined when it does not reach
    at::Tensor stack(const std::vector<int> &tasks) const;      ///< [K, …], zero where undefined
    at::Tensor combined(std::span<const double> weights) const; ///< Σ wₖ gₖ; undefined when none reaches
    void clear();

private:
    void unstack();

    std::vector<at::Tensor> each_;
    at::Tensor stack_;
    std::vector<int> stacked_; ///< tasks of stack_; each_ is then empty
    at::Tensor combined_;
};

} // namespace concord
