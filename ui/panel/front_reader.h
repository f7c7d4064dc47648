#pragma once

#include "core/session/front.h"

#include <filesystem>
#include <vector>

namespace concord {

/// What the Fronts panel shows of a project.
struct FoundFronts
{
    std::vector<Front> fronts = {};
    std::vector<FrontPoint> run = {};    ///< where the asked run stands; empty: not judged yet
    std::vector<FrontTask> tasks = {};   ///< of that run

    bool isEmpty() const;                ///< no front with a point
};

/// For a worker. Volumes can only be compared when they are measured to the same corner: the farthest of all fronts with the same tasks. `run` 0: none.
/// Throws Error.
FoundFronts readFronts(const std::filesystem::path &project, int run);

bool haveSameTasks(const std::vector<FrontTask> &a, const std::vector<FrontTask> &b);

} // namespace concord
