#pragma once

#include "core/session/recipe_layout.h"

namespace concord {

// Parts that recipes with cross-task decoders have in common.

/// In the next column, a convolution "<task>_<name>" for each task, whose map is `upsample` times larger.
Streams addTaskMaps(RecipeLayout &layout, const std::string &name, const Streams &from, std::int64_t channels, std::int64_t upsample = 1);

/// In the next column, an early prediction of each task with a loss of that weight; none for a weight of 0. Returns where they are.
Streams addInitialPredictions(RecipeLayout &layout, const Streams &from, double weight);

/// In the next column, a node of repeating ports "in" and "out" that all streams go through, and what else it reads.
Streams addExchange(RecipeLayout &layout, const std::string &stem, const std::string &type, ParamMap params, const Streams &streams,
                    const std::vector<RecipeLayout::Link> &further = {});

/// The smallest pooling that leaves a map at most about `places` places.
std::int64_t poolingFor(const RecipeLayout &layout, std::int64_t shrink, std::int64_t places);

} // namespace concord
