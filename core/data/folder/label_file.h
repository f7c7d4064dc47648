#pragma once

#include "core/data/dataset.h"
#include "core/data/folder/task_text.h"

#include <filesystem>

namespace concord {

/// The label of one image as TaskInfo lays it out: from a .npy file, or an image file of class ids, depth, yes/no values, or normals
/// (red, green, blue = x, y, z from −1 at 0 to 1 at 255; black is unknown). `size` is the image's. Throws Error naming the file, and for a bad
/// value its place.
std::vector<float> readLabelFile(const std::filesystem::path &file, const FolderTask &task, ImageSize size);

} // namespace concord
