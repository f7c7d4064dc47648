#pragma once

#include "core/base/params.h"
#include "core/base/registry.h"
#include "core/tensor/tensor.h"

#include <string>
#include <vector>

namespace concord {

/// Steps parameters from their `.grad()`. One file each in core/schedule (sgd, adam, adamw).
class Optimiser : public Parametrised
{
public:
    double learningRate = 1e-3;    ///< base rate; visited by every optimiser's params as "lr"

    /// `rates`: what each parameter's learning rate is multiplied by; empty for 1.
    virtual void start(std::vector<at::Tensor> parameters, std::vector<double> rates) = 0;
    void start(std::vector<at::Tensor> parameters) { start(std::move(parameters), {}); }
    /// `rateScale` comes from the schedule. A parameter without a gradient is left alone. No autograd inside.
    virtual void step(double rateScale) = 0;
    /// Tensors to keep in a checkpoint, by name ("exp_avg.12"), and back.
    virtual std::vector<std::pair<std::string, at::Tensor>> save() const = 0;
    virtual void load(const std::vector<std::pair<std::string, at::Tensor>> &state) = 0;
};

using OptimiserRegistry = Registry<Optimiser>;

} // namespace concord
