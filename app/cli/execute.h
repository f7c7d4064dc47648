#pragma once

#include "core/store/run_event.h"

#include <filesystem>
#include <string>

namespace concord {

struct Reporting
{
    bool json = false;
    bool progress = false;   ///< a line on standard error, renewed in place
    bool printRun = false;   ///< standard output gets the run's number only
};

/// Executes the run in this thread; Ctrl-C stops it with a checkpoint, a second one without. Prints the outcome.
/// Throws Error when the run failed.
int executeAndReport(const std::filesystem::path &project, int run, std::int64_t steps, const Reporting &reporting);

} // namespace concord
