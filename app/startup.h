#pragma once

#include <cstdlib>

#include <unistd.h>

namespace concord {

/// OpenMP reads its environment while it is loaded, before main(). Without a passive wait policy its threads spin between
/// operations, which costs tenfold on a busy machine; so the program starts itself once more with the policy set.
inline void ensurePassiveWaiting(char **argv)
{
    if (std::getenv("OMP_WAIT_POLICY"))
        return;
    setenv("OMP_WAIT_POLICY", "passive", 1);
    execv("/proc/self/exe", argv);
    // Where that is not possible the program still works, only slower.
}

} // namespace concord
