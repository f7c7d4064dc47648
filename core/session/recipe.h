#pragma once

#include "core/base/params.h"
#include "core/base/registry.h"
#include "core/graph/experiment.h"

namespace concord {

/// Lays out a published system as a task graph for the tasks of a data node, out of blocks that a person can see and rewire.
/// One file each in core/session/recipe.
class Recipe : public Parametrised
{
public:
    /// `data`: a node of a data set. The experiment is complete. Throws Error: no data set of that type, folder not there, no tasks.
    virtual Experiment make(const Node &data) const = 0;
};

using RecipeRegistry = Registry<Recipe>;

} // namespace concord
