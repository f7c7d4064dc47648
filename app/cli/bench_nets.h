#pragma once

#include "core/graph/experiment.h"

namespace concord {

/// The reference nets as ordinary experiments on random data, with Adam. `net` is "dense3" or "attr40"; throws Error otherwise.
///
/// dense3: 8×3×96×96 → conv 32, conv/2 64, conv/2 128, two residual blocks 128; three heads conv 64, bilinear ×4, 1×1 → 13, 1, 3.
/// attr40: 64×512 → Linear 512 three times, Linear 256; 40 heads Linear 1 with binary cross-entropy.
Experiment benchExperiment(const std::string &net);

} // namespace concord
