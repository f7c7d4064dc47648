#pragma once

#include "core/tensor/tensor.h"

#include <string>
#include <utility>
#include <vector>

namespace concord {

/// The parameters of an optimiser with their state tensors ("exp_avg.12" is `exp_avg` of parameter 12) and how often each was stepped.
class ParameterStates
{
public:
    /// `rates`: what each parameter's learning rate is multiplied by; empty for 1.
    void start(std::vector<at::Tensor> parameters, std::vector<double> rates, const std::vector<std::string> &names);

    std::size_t size() const { return entries_.size(); }
    const at::Tensor &parameter(std::size_t index) const { return entries_[index].parameter; }
    double rate(std::size_t index) const { return rates_.empty() ? 1 : rates_[index]; }
    const std::vector<at::Tensor> &states(std::size_t index) const { return entries_[index].states; }

    /// Counts and returns the step that the parameter is about to make, from 1: parameters without a gradient fall behind.
    std::int64_t countStep(std::size_t index) { return ++entries_[index].steps; }

    /// Copies, so that what was saved does not change with the next step.
    std::vector<std::pair<std::string, at::Tensor>> save() const;
    /// Throws Error when a tensor is missing or has another shape; nothing is changed then.
    void load(const std::vector<std::pair<std::string, at::Tensor>> &saved);

private:
    struct Entry
    {
        at::Tensor parameter;
        std::vector<at::Tensor> states;
        std::int64_t steps = 0;
    };

    std::vector<std::string> names_;
    std::vector<Entry> entries_;
    std::vector<double> rates_;
};

} // namespace concord
