#pragma once

#include "core/data/dataset.h"
#include "core/data/folder/file_pairs.h"

namespace concord {

/// Images and labels read from files when asked for. If scaled, images of any size become the size of `info.image`: images by area
/// or bilinear, labels by nearest pixel; otherwise every file must have that size.
class FolderDataset : public Dataset
{
public:
    FolderDataset(DatasetInfo info, std::vector<FolderTask> tasks, std::vector<FilePair> files, bool isScaled);

    const DatasetInfo &info() const override { return info_; }
    std::int64_t size() const override { return std::int64_t(files_.size()); }
    Sample get(std::int64_t index) const override;

private:
    std::vector<float> readLabel(const FilePair &pair, std::size_t task, ImageSize found) const;

    DatasetInfo info_;
    std::vector<FolderTask> tasks_;
    std::vector<FilePair> files_;
    bool isScaled_;
};

} // namespace concord
