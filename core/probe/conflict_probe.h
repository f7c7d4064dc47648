#pragma once

#include "core/balance/gradient_engine.h"
#include "core/store/run_event.h"

#include <vector>

namespace concord {

/// The step's Gramians as events. Rows and columns of tasks that had no labels in the batch are zero.
std::vector<GramianEvent> gramianEvents(const StepResult &result, std::int64_t step);

} // namespace concord
