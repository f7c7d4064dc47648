#include "core/data/folder/file_pairs.h"

#include "core/base/error.h"
#include "core/data/file/image_file.h"

#include <map>

namespace concord {

namespace {

using StemMap = std::map<std::string, std::filesystem::path>;

StemMap listStems(const std::filesystem::path &folder, bool isLabel)
{
    requireFolder(folder);
    StemMap files;
    for (const std::filesystem::directory_entry &entry : std::filesystem::directory_iterator(folder)) {
        const std::filesystem::path &path = entry.path();
        if (path.filename().string().starts_with('.') || !(isImageName(path) || (isLabel && path.extension() == ".npy")))
            continue;
        const auto [old, isNew] = files.emplace(path.stem().string(), path);
        if (!isNew)
            throw Error("{}: expected one file for each stem, found {} and {}", folder.string(), old->second.filename().string(), path.filename().string());
    }
    if (files.empty())
        throw Error("{}: expected {}, found none", folder.string(), isLabel ? "label files (png, npy)" : "images (png, jpg)");
    return files;
}

} // namespace

void requireFolder(const std::filesystem::path &folder)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        throw Error("{}: expected a folder, found {}", folder.string(), std::filesystem::exists(folder, ignored) ? "something else" : "nothing");
}

std::vector<FilePair> pairFiles(const std::filesystem::path &root, const std::string &images, const std::vector<FolderTask> &tasks)
{
    std::vector<FilePair> pairs;
    std::vector<std::string> stems;
    for (const auto &[stem, path] : listStems(root / images, false)) {
        stems.push_back(stem);
        pairs.push_back({.image = path, .labels = std::vector<std::filesystem::path>(tasks.size())});
    }
    for (std::size_t task = 0; task < tasks.size(); ++task) {
        if (!tasks[task].from.empty())
            continue;
        const StemMap labels = listStems(root / tasks[task].folder, true);
        std::size_t found = 0;
        for (std::size_t i = 0; i < stems.size(); ++i)
            if (const auto label = labels.find(stems[i]); label != labels.end()) {
                pairs[i].labels[task] = label->second;
                ++found;
            }
        if (found == 0)
            throw Error("{}: expected labels with the stems of the images, such as '{}', found none of them but '{}'", (root / tasks[task].folder).string(),
                        stems.front(), labels.begin()->first);
    }
    return pairs;
}

} // namespace concord
