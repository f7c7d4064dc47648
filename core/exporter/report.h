#pragma once

#include "core/store/run_store.h"

#include <filesystem>
#include <vector>

namespace concord {

/// One page about runs that needs nothing else: metrics beside the best constant predictor's, curves, conflict, predictions,
/// settings. Written atomically; throws Error.
std::filesystem::path writeReportPage(const RunStore &store, const std::vector<int> &runs, const std::filesystem::path &folder);

} // namespace concord
