#include "core/tensor/row_map.h"

#include "core/base/vector_loop.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <bit>

namespace concord {

namespace {

constexpr std::int64_t blockNumbers = 1 << 16;
constexpr std::int64_t worthWaking = 1 << 19;   // elements; measured with ResNet-18 at 96 × 96 on two cores

std::int64_t blockRows(std::int64_t channels)
{
    return std::max<std::int64_t>(pieceRows(channels), blockNumbers / channels);
}

CONCORD_VECTOR_LOOP void widen(const std::uint16_t *__restrict from, float *__restrict to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        to[i] = std::bit_cast<float>(std::uint32_t(from[i]) << 16);
}

/// To the nearest, ties to even; a NaN stays one.
CONCORD_VECTOR_LOOP void narrow(const float *__restrict from, std::uint16_t *__restrict to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const std::uint32_t bits = std::bit_cast<std::uint32_t>(from[i]);
        const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
        to[i] = std::uint16_t((bits & 0x7fffffffU) > 0x7f800000U ? 0x7fc0U : rounded);
    }
}

} // namespace

std::optional<RowMap> RowMap::of(const at::Tensor &map)
{
    const bool half = map.scalar_type() == at::kBFloat16;
    if (!map.is_cpu() || (!half && map.scalar_type() != at::kFloat) || map.numel() == 0)
        return std::nullopt;
    const bool rows = map.dim() == 2 ? map.is_contiguous() : map.dim() == 4 && map.is_contiguous(at::MemoryFormat::ChannelsLast);
    if (!rows || map.size(1) > pieceNumbers)
        return std::nullopt;
    RowMap result;
    result.data_ = map.data_ptr();
    result.half_ = half;
    result.channels_ = map.size(1);
    result.rows_ = map.numel() / result.channels_;
    return result;
}

const float *RowMap::read(std::int64_t begin, std::int64_t count, float *buffer) const
{
    if (!half_)
        return static_cast<const float *>(data_) + begin * channels_;
    widen(static_cast<const std::uint16_t *>(data_) + begin * channels_, buffer, count * channels_);
    return buffer;
}

float *RowMap::place(std::int64_t begin, float *buffer) const
{
    return half_ ? buffer : static_cast<float *>(data_) + begin * channels_;
}

void RowMap::write(std::int64_t begin, std::int64_t count, const float *values) const
{
    if (half_)
        narrow(values, static_cast<std::uint16_t *>(data_) + begin * channels_, count * channels_);
}

std::int64_t pieceRows(std::int64_t channels)
{
    constexpr std::int64_t most = 256;   // rows whose sum in float32 is still good
    return std::clamp<std::int64_t>(pieceNumbers / channels, 1, most);
}

std::int64_t rowBlocks(const RowMap &map)
{
    const std::int64_t rows = blockRows(map.channels());
    return (map.rows() + rows - 1) / rows;
}

void forRowBlocks(const RowMap &map, const std::function<void(std::int64_t block, std::int64_t begin, std::int64_t end)> &body)
{
    const std::int64_t rows = blockRows(map.channels());
    const auto some = [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t block = from; block < to; ++block)
            body(block, block * rows, std::min(map.rows(), (block + 1) * rows));
    };
    if (map.rows() * map.channels() < worthWaking)
        some(0, rowBlocks(map));
    else
        at::parallel_for(0, rowBlocks(map), 1, some);
}

} // namespace concord
