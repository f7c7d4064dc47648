#pragma once

#include "core/session/recipe_layout.h"

namespace concord {

/// The trunk of hard parameter sharing ("hps"), from the next column on: the nodes "<prefix>stem" and "<prefix>trunk", or for flat data "<prefix>trunk" alone.
Stream addSharedTrunk(RecipeLayout &layout, const std::string &prefix, double y);

} // namespace concord
