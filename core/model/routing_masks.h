#pragma once

#include <cstdint>
#include <vector>

namespace concord {

/// Which units of a layer a task uses (Task Routing; Strezoski et al., ICCV 2019, section 3).
struct RoutingRule
{
    double sharing = 0.5; ///< share of units that all tasks use
    bool isSplit = true;  ///< the others are dealt out, each to one task; false: every task draws that share of all units by itself
    std::uint64_t seed = 1;
};

/// [task][unit], drawn once and for all from the seed and the layer's number; every task has a unit at least. Needs as many units as tasks
/// where none is shared.
std::vector<std::vector<bool>> drawRoutingMasks(const RoutingRule &rule, std::uint64_t layer, std::int64_t units, std::int64_t tasks);

/// How many units all tasks share under the rule that splits.
std::int64_t sharedUnits(const RoutingRule &rule, std::int64_t units);

} // namespace concord
