#pragma once

#include "core/base/random.h"
#include "core/graph/block.h"

#include <fmt/format.h>

namespace concord::test {

/// Levels "in.0" … that do not grow, of any channels: for the block suite.
inline PortTypes pyramidPorts(const Block &, int repeats, Random &random)
{
    PortTypes ports;
    Shape shape = {1, 5 + std::int64_t(random.below(9)), 5 + std::int64_t(random.below(9))};
    for (int i = 0; i < repeats; ++i) {
        shape[0] = 1 + std::int64_t(random.below(5));
        ports[fmt::format("in.{}", i)] = {.shape = shape};
        shape = {shape[0], (shape[1] + 1) / 2, random.chance(0.5) ? (shape[2] + 1) / 2 : shape[2]};
    }
    return ports;
}

} // namespace concord::test
