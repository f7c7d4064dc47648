#include "core/data/folder/folder_dataset.h"

#include "core/base/error.h"
#include "core/data/file/image_file.h"
#include "core/data/folder/label_file.h"
#include "core/data/resample.h"
#include "core/data/semantic_edges.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace concord {

namespace {

std::vector<float> planesOfColour(const cv::Mat &image)
{
    const std::size_t pixels = image.total();
    std::vector<float> planes(3 * pixels);
    for (int y = 0; y < image.rows; ++y)
        for (int x = 0; x < image.cols; ++x) {
            const auto &pixel = image.at<cv::Vec3b>(y, x);
            const std::size_t at = std::size_t(y) * std::size_t(image.cols) + std::size_t(x);
            for (std::size_t channel = 0; channel < 3; ++channel)
                planes[channel * pixels + at] = float(pixel[int(2 - channel)]) / 255.0f;
        }
    return planes;
}

} // namespace

FolderDataset::FolderDataset(DatasetInfo info, std::vector<FolderTask> tasks, std::vector<FilePair> files, bool isScaled)
    : info_(std::move(info))
    , tasks_(std::move(tasks))
    , files_(std::move(files))
    , isScaled_(isScaled)
{
}

Sample FolderDataset::get(std::int64_t index) const
{
    const FilePair &pair = files_.at(std::size_t(index));
    const ImageSize wanted{info_.image[1], info_.image[2]};
    cv::Mat image = readImageFile(pair.image, ImageForm::colour);
    const ImageSize found{image.rows, image.cols};
    if (found != wanted && !isScaled_)
        throw Error("{}: expected {}×{} (height × width) as the first image, found {}×{}; the parameter size scales all to one", pair.image.string(),
                    wanted.height, wanted.width, found.height, found.width);
    if (found != wanted) {
        const bool isSmaller = wanted.height <= found.height && wanted.width <= found.width;
        cv::resize(image, image, cv::Size(int(wanted.width), int(wanted.height)), 0, 0, isSmaller ? cv::INTER_AREA : cv::INTER_LINEAR);
    }
    Sample sample{.image = planesOfColour(image)};
    for (std::size_t task = 0; task < tasks_.size(); ++task) {
        const std::string &from = tasks_[task].from;
        if (from.empty()) {
            sample.labels.push_back(readLabel(pair, task, found));
            continue;
        }
        const auto source = std::size_t(std::ranges::find_if(tasks_, [&](const FolderTask &other) { return other.info.name == from; }) - tasks_.begin());
        const std::vector<float> &classes = sample.labels[source];
        sample.labels.push_back(classes.empty() ? std::vector<float>() : semanticEdges(classes, wanted.height, wanted.width, tasks_[source].info.ignore));
    }
    return sample;
}

std::vector<float> FolderDataset::readLabel(const FilePair &pair, std::size_t task, ImageSize found) const
{
    if (pair.labels[task].empty())
        return {};
    const TaskInfo &info = tasks_[task].info;
    std::vector<float> label = readLabelFile(pair.labels[task], tasks_[task], found);
    if (!isDense(info.kind) || (found.height == info_.image[1] && found.width == info_.image[2]))
        return label;
    const Resample resample{.planes = info.kind == TaskKind::normals ? 3 : 1,
                            .height = found.height,
                            .width = found.width,
                            .window = {0, 0, found.height, found.width},
                            .newHeight = info_.image[1],
                            .newWidth = info_.image[2]};
    return resample.nearest(label);
}

} // namespace concord
