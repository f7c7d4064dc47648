#pragma once

#include <cstdint>
#include <vector>

namespace concord {

/// The order in which a task takes the units of a virtual network: round from its own on, and for tasks beyond the number of units round backwards.
inline std::vector<std::int64_t> unitOrder(std::int64_t units, std::int64_t task)
{
    const std::int64_t start = task % units;
    const bool isBackwards = task / units % 2 == 1;
    std::vector<std::int64_t> order;
    for (std::int64_t i = 0; i < units; ++i)
        order.push_back((isBackwards ? start + units - i : start + i) % units);
    return order;
}

} // namespace concord
