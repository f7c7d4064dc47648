#pragma once

#include "core/session/recipe_layout.h"

namespace concord {

// Ends of tasks for recipes whose tasks do not all end alike.

/// All kinds, boxes among them.
std::vector<TaskKind> imageTaskKinds();

bool isBoxes(const RecipeLayout &layout, std::size_t task);

/// Throws Error when none of the tasks is of kind boxes, which is what the recipe of that id is about.
void requireBoxes(const RecipeLayout &layout, const std::string &recipe);

/// The stages of one backbone, each a node "<stem>_stage<n>" in a column of its own in the group `frame`: all of them, the largest first.
Streams addLevels(RecipeLayout &layout, const std::string &frame, const std::string &stem);

/// Links of a node that reads several levels: "in.0", "in.1", …
std::vector<RecipeLayout::Link> levelLinks(const Streams &levels);

/// In the next column a head on each task's end, then losses and balance.
void finishHeads(RecipeLayout &layout, Streams ends);

/// The levels whose cells are of at least `cell` pixels, the last one in any case.
Streams coarseLevels(const Streams &levels, std::int64_t cell);

/// What the head of a task reads, in this column: for a dense task a decoder back to the image's size, for one of the whole image a pooling; boxes are read off
/// the stream as it is.
Stream addTaskDecoder(RecipeLayout &layout, std::size_t task, const Stream &from);

} // namespace concord
