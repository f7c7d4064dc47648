#pragma once

#include "core/tensor/tensor.h"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace concord {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// The safetensors format (8-byte length, JSON header, raw little-endian data): parsed, never executed.
/// Atomic and durable: temporary file, fsync, rename. Throws Error (disk full, no permission) and leaves the old file.
void saveSafetensors(const std::filesystem::path &file, const NamedTensors &tensors, const std::map<std::string, std::string> &metadata = {});

struct Safetensors
{
    std::map<std::string, at::Tensor> tensors;
    std::map<std::string, std::string> metadata;
};

/// Throws Error with file, expected and found for anything malformed; never allocates more than the file's size.
Safetensors loadSafetensors(const std::filesystem::path &file);

} // namespace concord
