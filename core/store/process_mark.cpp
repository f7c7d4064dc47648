#include "core/store/process_mark.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <unistd.h>

namespace concord {

namespace {

struct ProcessStat
{
    char state = '?';
    std::int64_t start = 0;
};

/// Fields 3 and 22 of /proc/<pid>/stat. Field 2, the program's name, may hold blanks and brackets: the last bracket ends it.
std::optional<ProcessStat> processStat(std::int64_t pid)
{
    std::ifstream in(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(in, line, '\0');
    const auto bracket = line.rfind(')');
    if (bracket == std::string::npos)
        return std::nullopt;
    std::istringstream fields(line.substr(bracket + 1));
    ProcessStat result;
    fields >> result.state;
    std::string skipped;
    for (int field = 4; field < 22; ++field)
        fields >> skipped;
    if (!(fields >> result.start))
        return std::nullopt;
    return result;
}

} // namespace

ProcessMark ProcessMark::ofThisProcess()
{
    ProcessMark mark;
    mark.pid = getpid();
    if (const auto stat = processStat(mark.pid))
        mark.start = stat->start;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> mark.boot;
    char hostName[256] = {};
    gethostname(hostName, sizeof(hostName) - 1);
    std::error_code ignored;
    mark.host = fmt::format("{} {}", hostName, std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string());
    return mark;
}

Presence presence(const ProcessMark &mark)
{
    const ProcessMark own = ProcessMark::ofThisProcess();
    if (mark.host != own.host)
        return Presence::unknown;
    if (mark.pid <= 0 || mark.boot != own.boot)
        return Presence::gone;
    if (kill(pid_t(mark.pid), 0) != 0 && errno == ESRCH)
        return Presence::gone;
    const auto stat = processStat(mark.pid);
    if (!stat)
        return Presence::unknown; // there, but /proc hides other users' processes
    const bool isDead = stat->state == 'Z' || stat->state == 'X';
    return isDead || stat->start != mark.start ? Presence::gone : Presence::alive;
}

} // namespace concord
