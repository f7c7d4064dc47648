#include "core/tensor/threads.h"

#include "core/tensor/tensor.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <thread>

namespace concord {

int setThreads(int count)
{
    if (count <= 0)
        count = std::max(1, int(std::thread::hardware_concurrency()));
    at::set_num_threads(count);
    return count;
}

} // namespace concord
