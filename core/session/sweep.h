#pragma once

#include "core/session/procedure_context.h"

#include <functional>

namespace concord {

/// How a sweep covers the simplex of the tasks' weights.
struct SweepGrid
{
    std::int64_t divisions = 6;
    std::int64_t most = 100;

    void params(ParamVisitor &visitor);

    /// "10 runs"
    std::string effort(std::size_t tasks) const;
};

/// One run for each point of the grid, made by `place` from the order's experiment and its balance node; each becomes a point of the front. A run
/// that fails is left out and said. Throws Error when the experiment cannot run, or no run ended well.
void sweep(ProcedureContext &context, const SweepGrid &grid, const std::function<void(Node &balance, const std::vector<double> &weights)> &place);

} // namespace concord
