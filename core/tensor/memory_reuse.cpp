#include "core/tensor/memory_reuse.h"

#include <atomic>
#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace concord {

namespace {

std::atomic<int> memoryReuseCount = 0;

} // namespace

MemoryReuse::MemoryReuse()
{
    ++memoryReuseCount;
#ifdef __GLIBC__
    constexpr int large = 1 << 30;
    constexpr int largestOfOldVersions = 32 << 20;
    if (mallopt(M_MMAP_THRESHOLD, large) == 0)
        mallopt(M_MMAP_THRESHOLD, largestOfOldVersions);
    mallopt(M_TRIM_THRESHOLD, large);
#endif
}

MemoryReuse::~MemoryReuse()
{
    if (--memoryReuseCount > 0)
        return;
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 128 << 10); // glibc's own start values
    mallopt(M_TRIM_THRESHOLD, 128 << 10);
    malloc_trim(0);
#endif
}

} // namespace concord
