#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace concord {

/// An array of bytes in the idx format of MNIST (LeCun, Cortes, Burges).
struct IdxArray
{
    std::vector<std::int64_t> shape;
    std::vector<std::uint8_t> values;
};

/// Reads an idx file of unsigned bytes with `rank` sizes, plain or gzip. Throws Error naming the file for anything else, and for a
/// byte too few or too many.
IdxArray readIdx(const std::filesystem::path &file, std::size_t rank);

} // namespace concord
