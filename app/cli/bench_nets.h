#pragma once

#include "core/graph/experiment.h"

namespace concord {

/// The reference nets as ordinary experiments on random data, with Adam; throws Error for another `net` than these.
///
/// dense3: 8×3×96×96 → conv 32, conv/2 64, conv/2 128, two residual blocks 128; three heads conv 64, bilinear ×4, 1×1 → 13, 1, 3.
/// attr40: 64×512 → Linear 512 three times, Linear 256; 40 heads Linear 1 with binary cross-entropy.
/// resnet18_hps, resnet18_cross_stitch, resnet18_mtan: those recipes on ResNet-18, 8×3×96×96, three classifications of ten classes.
/// resnet18_mmoe: three ResNet-18 as experts, gates that read the image's values.
Experiment benchExperiment(const std::string &net);

/// Their names.
std::vector<std::string> benchNets();

} // namespace concord
