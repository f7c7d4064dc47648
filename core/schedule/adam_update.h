#pragma once

#include "core/schedule/parameter_states.h"

namespace concord {

struct AdamSettings
{
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weightDecay = 0;
    bool decoupled = false;   ///< weight decay shrinks the weight itself (AdamW) instead of joining the gradient
};

/// One step of Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1; ε outside the root) for every
/// parameter with a gradient; `states` hold "exp_avg" and "exp_avg_sq".
void adamStep(ParameterStates &states, const AdamSettings &settings, double baseRate);

} // namespace concord
