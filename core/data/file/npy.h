#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace concord {

/// A NumPy array as floats.
struct NpyArray
{
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/// Reads a .npy file (format 1 to 3): little-endian booleans, integers, float32 and float64 in C order. Throws Error naming the file for
/// anything else, and for a byte too few or too many. Numbers may be infinite or NaN.
NpyArray readNpy(const std::filesystem::path &file);

} // namespace concord
