#pragma once

#include "core/graph/plan.h"

namespace concord {

/// The learning rate falls as (1 − step / steps)^0.9, the habit of dense prediction since DeepLab (Chen et al., TPAMI 2018).
void fallPolynomially(Plan &plan);

/// Momentum 0.9.
void stepBySgd(Plan &plan, double rate, double weightDecay);

/// A node's learning rate as a multiple of the plan's.
void setRate(Plan &plan, const std::string &node, double factor);

} // namespace concord
