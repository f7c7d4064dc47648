#include "core/objective/metric.h"

namespace concord {

std::unique_ptr<Metric> metricFor(TaskKind kind)
{
    for (const auto &[id, entry] : MetricRegistry::instance().entries())
        if (std::unique_ptr<Metric> metric = entry.make(); metric->suits(kind))
            return metric;
    throw Error("expected a metric for the task kind '{}', found none", name(kind));
}

} // namespace concord
