#pragma once

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/base/registry.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace at {
class Tensor;
}

namespace concord {

/// What every method may look at. Spans are valid during the call.
struct BalanceInput
{
    std::span<const double> losses = {};  ///< [tasks]; of tasks that have labels in this batch
    std::span<const double> gramian = {}; ///< [tasks, tasks] row-major, float64; empty unless asked for
    std::int64_t step = 0;
    std::int64_t epoch = 0;
    std::span<const int> tasks = {}; ///< indices of these tasks among all tasks, for per-task state
    int taskCount = 0;               ///< all tasks
};

struct BalanceWeights
{
    std::vector<double> weights = {}; ///< [tasks]
    double residual = 0;              ///< of the small problem's optimality conditions; 0 for closed forms
};

/// Numbers that a method keeps between steps; part of a checkpoint.
using BalanceState = std::map<std::string, std::vector<double>>;

/// How K task losses become one update. Exactly one of the three interfaces below.
class BalanceMethod : public Parametrised
{
public:
    enum class Needs { losses, gramian, jacobian };
    virtual Needs needs() const = 0;

    /// Called once before the first step, and before `load`.
    virtual void start(int taskCount, std::uint64_t seed) = 0;
    virtual BalanceState save() const { return {}; }
    virtual void load(const BalanceState &) {}

    /// Trainable numbers (log variances …) that the main optimiser steps with its learning rate; and their gradient at the
    /// last input. Empty for most methods.
    virtual std::span<double> learnable() { return {}; }
    virtual std::vector<double> learnableGradient() const { return {}; }

    /// Called at each epoch's end with the mean training loss of each task in it.
    virtual void epochEnded(std::span<const double> /*meanLosses*/) {}

    /// Does the update add the tasks up, or average them? The engine's option `scale` turns one into the other.
    virtual bool averages() const { return false; }

    /// The main settings in a few words, for the balance node's second line: "c = 0.4".
    virtual std::string summary() const { return {}; }

    /// Do the weights also scale what the task-specific parameters get, by the paper? The engine's option `heads` can overrule.
    virtual bool weighsHeads() const { return needs() == Needs::losses; }
};

/// Losses → weights.  One backward pass of Σ wᵢ Lᵢ.
class LossWeighting : public BalanceMethod
{
public:
    Needs needs() const final { return Needs::losses; }
    virtual BalanceWeights weigh(const BalanceInput &input) = 0;
};

/// Gramian → weights.  K backward passes through the shared part at most, then d = Jᵀw.
class GramianWeighting : public BalanceMethod
{
public:
    Needs needs() const final { return Needs::gramian; }
    virtual BalanceWeights weigh(const BalanceInput &input) = 0;
};

/// Jacobian [tasks, params] → direction [params].
class JacobianAggregator : public BalanceMethod
{
public:
    Needs needs() const final { return Needs::jacobian; }
    virtual at::Tensor aggregate(const at::Tensor &jacobian, const BalanceInput &input, double &residual) = 0;
};

using BalanceRegistry = Registry<BalanceMethod>;

} // namespace concord
