#pragma once

#include <cstdint>
#include <string>

namespace concord {

/// Which process executes a run, in words that another process can check later. A pid alone is not enough, because pids are
/// given again: the start time tells two holders of a pid apart, and the boot id tells two boots apart.
struct ProcessMark
{
    std::int64_t pid = 0;
    std::int64_t start = 0; ///< clock ticks from boot to the start of the process
    std::string boot = {};  ///< the kernel's id of this boot
    std::string host = {};  ///< host name and pid namespace: pids of another container say nothing here

    static ProcessMark ofThisProcess();
};

/// `unknown`: on another host, or hidden from us; only its heartbeat can tell.
enum class Presence { alive, gone, unknown };
Presence presence(const ProcessMark &mark);

} // namespace concord
