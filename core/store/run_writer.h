#pragma once

#include "core/store/run_event.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace concord {

/// Writes a run's events from its own thread, in batches at least twice a second, so that training never waits for the disk.
/// Losing the process loses at most the last second.
class RunWriter
{
public:
    RunWriter(std::filesystem::path project, int run);
    ~RunWriter();                       ///< flushes; never throws

    void post(RunEvent event);          ///< any thread; throws Error once writing has failed (disk full, …)
    void flush();                       ///< waits until everything posted is on disk; throws Error

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace concord
