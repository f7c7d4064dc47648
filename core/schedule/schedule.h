#pragma once

#include "core/base/params.h"
#include "core/base/registry.h"

#include <cstdint>

namespace concord {

/// Factor on the learning rate as a function of the step only, so that it needs no state. constant, step, cosine, polynomial.
class Schedule : public Parametrised
{
public:
    virtual double factor(std::int64_t step, std::int64_t totalSteps) const = 0;
};

using ScheduleRegistry = Registry<Schedule>;

/// Linear warm-up from 0 over `warmupSteps`, times the schedule's factor. Steps count from 0 and the ramp's zero lies one step
/// before the first, so that no step is wasted: 1/w, 2/w … 1.
double rateFactor(const Schedule &schedule, std::int64_t step, std::int64_t totalSteps, std::int64_t warmupSteps);

/// How much of the run is behind `step`, 0 … 1; 0 when the length is not known.
double runShare(std::int64_t step, std::int64_t totalSteps);

} // namespace concord
