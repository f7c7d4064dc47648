#pragma once

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/base/registry.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace concord {

struct Analysis;
struct TaskGraph;

/// What every method may look at. Spans are valid during the call.
struct BalanceInput
{
    std::span<const double> losses = {};  ///< [tasks]; of tasks that have labels in this batch
    std::span<const double> gramian = {}; ///< [tasks, tasks] row-major, float64; empty unless asked for
    std::int64_t step = 0;
    std::int64_t epoch = 0;
    std::span<const int> tasks = {};         ///< indices of these tasks among all tasks, for per-task state
    int taskCount = 0;                       ///< all tasks
    std::span<const double> preference = {}; ///< [tasks] positive, sums to 1; empty stands for equal ones (`preferenceOf`)
    std::span<const double> scores = {};     ///< [tasks] in [0, 1], 1 is best: how good the predictions on this batch are; only for `wantsScores`
    double learningRate = 0;                 ///< of the main optimiser in this step
    int unit = 0;                            ///< which block or tensor is weighed, where each is weighed by itself; for state per unit
};

/// The preference for the tasks of the input: as given, or 1/tasks each.
std::vector<double> preferenceOf(const BalanceInput &input);

struct BalanceWeights
{
    std::vector<double> weights = {}; ///< [tasks]
    double residual = 0;              ///< of the small problem's optimality conditions, relative; 0 for closed forms
    std::vector<double> heads = {};   ///< [tasks]: what task-specific gradients are multiplied by, by the paper, when that is neither 1 nor `weights`
};

/// Settings under which a method does what somebody else's code does. Applied before the node's own parameters.
struct BalancePreset
{
    std::string name = {};  ///< "paper" is every method's default and is not listed; "official code", "LibMTL"
    ParamMap values = {};   ///< parameters of the method and options of the engine (heads, scale, clip, …)
    std::string note = {};  ///< one sentence: what differs from the paper
};

/// Which gradients a Gramian or Jacobian is of.
enum class GradientSource {
    parameters, ///< of all shared parameters
    lastShared, ///< of the parameters of the last shared node(s), those whose output the task-specific parts read
    features,   ///< of the output of the last shared node(s): one pass through everything before it (MGDA-UB)
};

/// Numbers that a method keeps between steps; part of a checkpoint.
using BalanceState = std::map<std::string, std::vector<double>>;

/// How K task losses become one update, by exactly one of four interfaces: LossWeighting and GramianWeighting here,
/// JacobianAggregator (jacobian_aggregator.h), LookAheadMethod (look_ahead.h).
class BalanceMethod : public Parametrised
{
public:
    enum class Needs { losses, gramian, jacobian, lookAhead };
    virtual Needs needs() const = 0;

    /// By the paper; the engine's options `source` and `cut` overrule.
    virtual GradientSource source() const { return GradientSource::parameters; }
    /// Can the Gramian or Jacobian be of features? Not where state is kept per parameter.
    virtual bool worksOnFeatures() const { return needs() == Needs::gramian; }

    /// Called once before the first step, and before `load`.
    virtual void start(int taskCount, std::uint64_t seed) = 0;
    virtual BalanceState save() const { return {}; }
    virtual void load(const BalanceState &) {}

    /// Trainable numbers (log variances …) that the main optimiser steps with its learning rate; and their gradient at the
    /// last input. Empty for most methods.
    virtual std::span<double> learnable() { return {}; }
    virtual std::vector<double> learnableGradient() const { return {}; }

    /// Can each block or tensor be weighed by itself? Not where the state is one for all of them.
    virtual bool worksPerUnit() const { return true; }

    /// Does the method itself follow `BalanceInput::preference`? Where not, the engine scales loss i by tasks · preference i.
    virtual bool usesPreference() const { return false; }
    /// Does it look at `BalanceInput::scores`?
    virtual bool wantsScores() const { return false; }

    /// Which samples count for which tasks in this step: [tasks, samples] of 0 and 1, or empty for all. `samples` are the batch's
    /// indices in the training set.
    virtual std::vector<std::uint8_t> allocate(std::span<const std::int64_t> /*samples*/, int /*tasks*/, std::int64_t /*step*/, std::int64_t /*epoch*/)
    {
        return {};
    }

    /// Wants the losses of the same batch again after the optimiser's step (one forward pass more); `stepped` gets them.
    virtual bool looksBack() const { return false; }
    virtual void stepped(const BalanceInput & /*after*/) {}

    /// Why it cannot train a graph that is otherwise whole (one that lacks nodes it works with): one sentence, or "".
    virtual std::string refusal(const TaskGraph &, const Analysis &) const { return {}; }

    /// How many further forward and backward passes of the whole model a step takes, for the cost shown before a run.
    virtual double extraPasses(int /*tasks*/) const { return 0; }

    /// Besides "paper": what official code and LibMTL do, where they differ.
    virtual std::vector<BalancePreset> presets() const { return {}; }

    /// Called at each epoch's end with the mean training loss of each task in it.
    virtual void epochEnded(std::span<const double> /*meanLosses*/) {}

    /// Does the update add the tasks up, or average them? The engine's option `scale` turns one into the other.
    virtual bool averages() const { return false; }

    /// Are the weights of all tasks the same numbers in every step, and not worth a curve?
    virtual bool hasFixedWeights() const { return false; }

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

using BalanceRegistry = Registry<BalanceMethod>;

} // namespace concord
