#include "core/probe/conflict_probe.h"

#include <cmath>

namespace concord {

std::vector<GramianEvent> gramianEvents(const StepResult &result, std::int64_t step)
{
    const std::size_t tasks = result.losses.size();
    std::vector<GramianEvent> events;
    for (const BlockGramian &gramian : result.gramians) {
        GramianEvent event{.step = step, .block = gramian.block, .values = std::vector<float>(tasks * tasks)};
        for (std::size_t i = 0; i < tasks; ++i)
            for (std::size_t j = 0; j < tasks; ++j)
                if (!std::isnan(result.losses[i]) && !std::isnan(result.losses[j]))
                    event.values[i * tasks + j] = float(gramian.values[i * tasks + j]);
        events.push_back(std::move(event));
    }
    return events;
}

} // namespace concord
