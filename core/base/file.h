#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace concord {

/// All bytes of a file; throws Error naming the file and the reason.
std::string readFile(const std::filesystem::path &file);

/// Temporary file in the same folder, fsync, rename: a reader sees the old bytes or the new ones, and so does the next start after
/// a crash. Throws Error naming the file and the reason; the old file then stays whole and no temporary file is left.
void writeFileAtomically(const std::filesystem::path &file, std::string_view bytes);

} // namespace concord
