#pragma once

#include "tests/core/model/built_block.h"

namespace concord::test {

/// "in.0" … of four channels, 8×6 pixels: one column per task.
inline PortTypes columnPorts(int columns)
{
    PortTypes ports;
    for (int i = 0; i < columns; ++i)
        ports[fmt::format("in.{}", i)] = features(4, 8, 6);
    return ports;
}

} // namespace concord::test
