#pragma once

namespace concord {

/// While it lives, memory that a training step frees stays with the process for the next step. Left alone, glibc returns
/// each large tensor to the system, which then clears its pages again: 11 % of a step of the dense3 benchmark.
/// The allocator belongs to the whole process; the last one to go gives back what is free.
class MemoryReuse
{
public:
    MemoryReuse();
    ~MemoryReuse();
    MemoryReuse(const MemoryReuse &) = delete;
    MemoryReuse &operator=(const MemoryReuse &) = delete;
};

} // namespace concord
