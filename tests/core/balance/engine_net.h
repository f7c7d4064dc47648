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

/// "shared_conv", "residual", "mlp", "deep_mlp", "cross_stitch", "mtan", "auxiliary": every way in which nodes can be shared.
const std::vector<std::string> &engineNets();

/// Always the same one for a name. `tasks`: for the mlps.
EngineNet makeEngineNet(const std::string &name, int tasks = 5);

/// What K backward passes through one ordinary autograd graph give, in float64 sums.
struct NaiveGradients
{
    std::vector<double> losses;
    std::vector<std::vector<at::Tensor>> gradients;   ///< [task][parameter], undefined where it does not reach

    /// Of the parameters of one node, or of all ("") that two or more tasks share.
    std::vector<double> gramian(const Model &model, const std::string &node) const;
    at::Tensor combined(std::size_t parameter, const std::vector<double> &weights) const;
};
NaiveGradients naiveGradients(EngineNet &net);

/// Largest difference, as a share of the largest value expected.
double relativeError(const at::Tensor &found, const at::Tensor &expected);
double relativeError(const std::vector<double> &found, const std::vector<double> &expected);

BalanceBlock balanceOf(const std::string &method, const ParamMap &params = {});

} // namespace concord::test
