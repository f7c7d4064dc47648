#pragma once

#include "core/data/folder/task_text.h"

#include <filesystem>
#include <vector>

namespace concord {

/// An image and its label files; an empty path where a task has none.
struct FilePair
{
    std::filesystem::path image = {};
    std::vector<std::filesystem::path> labels = {};
};

/// Pairs the files of `root`/`images` with those of each task's folder by their stems, sorted by stem. Throws Error when a folder is
/// missing, has no images, has a stem twice, or shares no stem with the images.
std::vector<FilePair> pairFiles(const std::filesystem::path &root, const std::string &images, const std::vector<FolderTask> &tasks);

/// Throws Error naming the folder that is not there.
void requireFolder(const std::filesystem::path &folder);

} // namespace concord
