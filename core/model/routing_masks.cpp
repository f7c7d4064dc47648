#include "core/model/routing_masks.h"

#include "core/base/random.h"

#include <algorithm>
#include <cmath>

namespace concord {

std::int64_t sharedUnits(const RoutingRule &rule, std::int64_t units)
{
    return std::llround(rule.sharing * double(units));
}

std::vector<std::vector<bool>> drawRoutingMasks(const RoutingRule &rule, std::uint64_t layer, std::int64_t units, std::int64_t tasks)
{
    std::vector<std::vector<bool>> masks(tasks, std::vector<bool>(units));
    const std::int64_t shared = sharedUnits(rule, units);
    if (!rule.isSplit) {
        for (std::size_t t = 0; t < masks.size(); ++t) {
            const std::vector<std::int64_t> order = permutation(units, Random(rule.seed, layer, t + 1));
            for (std::int64_t i = 0; i < std::max<std::int64_t>(shared, 1); ++i)
                masks[t][std::size_t(order[std::size_t(i)])] = true;
        }
        return masks;
    }
    const std::vector<std::int64_t> order = permutation(units, Random(rule.seed, layer));
    for (std::int64_t i = 0; i < units; ++i)
        for (std::int64_t t = 0; t < tasks; ++t)
            if (i < shared || (i - shared) % tasks == t)
                masks[std::size_t(t)][std::size_t(order[std::size_t(i)])] = true;
    return masks;
}

} // namespace concord
