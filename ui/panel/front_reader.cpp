#include "ui/panel/front_reader.h"

#include "core/base/error.h"

#include <algorithm>

namespace concord {

bool haveSameTasks(const std::vector<FrontTask> &a, const std::vector<FrontTask> &b)
{
    return std::ranges::equal(a, b, {}, &FrontTask::name, &FrontTask::name);
}

bool FoundFronts::isEmpty() const
{
    return std::ranges::all_of(fronts, [](const Front &front) { return front.points.empty(); });
}

FoundFronts readFronts(const std::filesystem::path &project, int run)
{
    const RunStore store(project, RunStore::Mode::read);
    FoundFronts found{.fronts = store.fronts()};
    std::vector<std::vector<double>> corners;
    for (const Front &front : found.fronts) {
        std::vector<double> &corner = corners.emplace_back(front.reference);
        for (const Front &other : found.fronts)
            for (std::size_t i = 0; i < corner.size() && haveSameTasks(front.tasks, other.tasks) && other.reference.size() == corner.size(); ++i)
                corner[i] = std::max(corner[i], other.reference[i]);
    }
    for (std::size_t f = 0; f < found.fronts.size(); ++f)
        if (corners[f] != found.fronts[f].reference) {
            found.fronts[f].reference = corners[f];
            completeFront(found.fronts[f]);
        }
    if (run == 0 || found.isEmpty())
        return found;
    try {
        found.tasks = frontTasks(store, run);
        found.run = {frontPoint(store, run)};
    } catch (const Error &) {
        // Not judged yet.
    }
    return found;
}

} // namespace concord
