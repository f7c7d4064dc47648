#include "core/store/run_event.h"

#include "core/base/error.h"

#include <array>

namespace concord {

namespace {

constexpr std::array runStateNames = {"queued", "running", "paused", "finished", "stopped", "failed", "interrupted"};

} // namespace

const char *name(RunState state)
{
    return runStateNames.at(std::size_t(state));
}

RunState runState(const std::string &name)
{
    for (std::size_t i = 0; i < runStateNames.size(); ++i) {
        if (name == runStateNames[i])
            return RunState(i);
    }
    throw Error("state of a run: expected one of {}, found '{}'", fmt::join(runStateNames, ", "), name);
}

} // namespace concord
