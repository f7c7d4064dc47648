#pragma once

namespace concord {

/// Sets how many threads ATen's operators use; 0: one per core. Returns the number set.
///
/// The environment must hold OMP_WAIT_POLICY=passive before the first parallel operator (the programs set it first thing in
/// main): with waiting threads that spin, a small step on a busy two-core machine took 360 ms instead of 12 ms.
int setThreads(int count);

} // namespace concord
