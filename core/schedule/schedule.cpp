#include "core/schedule/schedule.h"

#include <algorithm>

namespace concord {

double rateFactor(const Schedule &schedule, std::int64_t step, std::int64_t totalSteps, std::int64_t warmupSteps)
{
    const double warmup = warmupSteps > 0 ? std::min(1.0, double(step + 1) / double(warmupSteps)) : 1;
    return warmup * schedule.factor(step, totalSteps);
}

double runShare(std::int64_t step, std::int64_t totalSteps)
{
    return totalSteps > 0 ? std::clamp(double(step) / double(totalSteps), 0.0, 1.0) : 0;
}

} // namespace concord
