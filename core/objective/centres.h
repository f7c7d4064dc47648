#pragma once

#include "core/data/box.h"
#include "core/tensor/tensor.h"

namespace concord {

/// The boxes of one sample's raw prediction [classes + 4, H, W], the most certain first, `most` at most: each cell whose score is the largest
/// of its neighbourhood in its class's heat map (Zhou et al., "Objects as Points", 2019, section 3).
std::vector<ScoredBox> boxesOfPrediction(const at::Tensor &prediction, std::int64_t most = 100);

/// The largest shift of corners that leaves a box of that size an overlap of `overlap` with itself, whichever way both corners go: the same
/// way, both inwards, or both outwards (Law and Deng, "CornerNet", ECCV 2018). Of any shape, in cells.
at::Tensor gaussianRadius(const at::Tensor &width, const at::Tensor &height, double overlap = 0.7);

} // namespace concord
