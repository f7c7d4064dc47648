#pragma once

#include "core/balance/gradient_engine.h"

#include <memory>
#include <string>
#include <vector>

namespace concord::test {

/// A small network with a batch for it.
struct EngineNet
{
    std::unique_ptr<Model> model;
    at::Tensor image;
    std::vector<TaskLabels> labels;
};

/// "shared_conv", "residual", "mlp", "deep_mlp", "cross_stitch", "mtan", "auxiliary", "supervised": every way in which nodes can be shared.
const std::vector<std::string> &engineNets();

/// Always the same one for a name. `tasks`: for the mlps.
EngineNet makeEngineNet(const std::string &name, int tasks = 5);

/// What K backward passes through one ordinary autograd graph give, in float64 sums.
struct NaiveGradients
{
    std::vector<double> losses;
    std::vector<std::vector<at::Tensor>> gradients; ///< [task][parameter], undefined where it does not reach

    /// Of the parameters of one node, or of all ("") that two or more tasks share.
    std::vector<double> gramian(const Model &model, const std::string &node) const;
    at::Tensor combined(std::size_t parameter, const std::vector<double> &weights) const;
};
NaiveGradients naiveGradients(EngineNet &net);

/// Largest difference, as a share of the largest value expected.
double relativeError(const at::Tensor &found, const at::Tensor &expected);
double relativeError(const std::vector<double> &found, const std::vector<double> &expected);

inline bool isShared(const ModelParameter &parameter)
{
    return parameter.tasks.size() > 1;
}

std::vector<double> ones(const EngineNet &net);

/// Every `.grad()` must be Σ shared[t] g_t for shared parameters and Σ own[t] g_t for those of one task; the first that is not, or "".
std::string gradientFault(const EngineNet &net, const NaiveGradients &naive, const std::vector<double> &shared, const std::vector<double> &own,
                          double tolerance = 2e-4);

#define VERIFY_GRADIENTS(...) QCOMPARE(gradientFault(__VA_ARGS__), std::string())

const ParamMap unweighted{{"heads", std::string("unweighted")}};
const ParamMap weighted{{"heads", std::string("weighted")}};

BalanceBlock balanceOf(const std::string &method, const ParamMap &params = {});

} // namespace concord::test
