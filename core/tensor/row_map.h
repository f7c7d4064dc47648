#pragma once

#include "core/tensor/tensor.h"

#include <functional>
#include <optional>

namespace concord {

/// A map as rows of channels that lie together: [N, C], or [N, C, H, W] with channels last. float32 or bfloat16 on the CPU.
class RowMap
{
public:
    /// Nothing for another memory format, type or device.
    static std::optional<RowMap> of(const at::Tensor &map);

    std::int64_t rows() const { return rows_; }
    std::int64_t channels() const { return channels_; }

    /// `count` rows from `begin` as float32: the map's own memory, or `buffer` filled.
    const float *read(std::int64_t begin, std::int64_t count, float *buffer) const;

    /// Where `count` rows are to be written as float32: the map's own memory, or `buffer`, which `write` then rounds into the map.
    float *place(std::int64_t begin, float *buffer) const;
    void write(std::int64_t begin, std::int64_t count, const float *values) const;

private:
    void *data_ = nullptr;
    bool half_ = false;
    std::int64_t rows_ = 0;
    std::int64_t channels_ = 0;
};

/// Pieces of rows small enough that a few maps' pieces stay in the first cache.
std::int64_t pieceRows(std::int64_t channels);
constexpr std::int64_t pieceNumbers = 8192;   ///< floats that hold a piece of up to this many channels

/// body(block, begin, end) over all rows in blocks whose number depends on the map alone, so that sums over blocks round alike for every number of
/// threads. Small maps are done by the calling thread: waking others, who wait passively, takes longer than the work.
void forRowBlocks(const RowMap &map, const std::function<void(std::int64_t block, std::int64_t begin, std::int64_t end)> &body);
std::int64_t rowBlocks(const RowMap &map);

} // namespace concord
