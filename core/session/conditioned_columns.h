#pragma once

#include "core/session/recipe_layout.h"

#include <functional>

namespace concord {

/// A network of which each stage is one node with a column per task: shared weights, and what each task has of its own.
struct ConditionedColumns
{
    std::string frame = {};   ///< the group's title
    std::string stem = {};    ///< nodes are "<stem><n>"
    std::string type = {};    ///< of the block
    std::function<ParamMap(std::size_t stage)> params = {};   ///< besides channels, blocks and stride
};

/// Ports at the end of the last stage. With ResNet-18 the stem is one plain node that all tasks share.
Streams addConditionedColumns(RecipeLayout &layout, const ConditionedColumns &columns);

/// The first of these stages.
std::size_t firstConditioned(const RecipeLayout &layout);

/// Residual blocks, or layers, of a stage.
std::int64_t stageBlocks(const RecipeLayout &layout, std::size_t stage);

} // namespace concord
