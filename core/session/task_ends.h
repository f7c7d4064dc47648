#pragma once

#include "core/session/recipe_layout.h"

namespace concord {

// Ends of tasks for recipes whose tasks do not all end alike.

/// All kinds, boxes among them.
std::vector<TaskKind> imageTaskKinds();

bool isBoxes(const RecipeLayout &layout, std::size_t task);

/// Throws Error when none of the tasks is of kind boxes, which is what the recipe of that id is about.
void requireBoxes(const RecipeLayout &layout, const std::string &recipe);

/// The levels whose cells are of at least `cell` pixels, the last one in any case.
Streams coarseLevels(const Streams &levels, std::int64_t cell);

/// What the head of a task reads, in this column: for a dense task a decoder back to the image's size, for one of the whole image a pooling; boxes are read off
/// the stream as it is.
Stream addTaskDecoder(RecipeLayout &layout, std::size_t task, const Stream &from);

} // namespace concord
