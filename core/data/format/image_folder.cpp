#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/cached.h"
#include "core/data/file/image_file.h"
#include "core/data/folder/folder_dataset.h"
#include "core/data/missing_labels.h"
#include "core/data/subset.h"

#include <map>
#include <mutex>

namespace concord {

namespace {

/// The size of a folder's first image, decoded once for each state of the folder: nodes are made anew on every edit.
class FirstImages
{
public:
    ImageSize size(const std::filesystem::path &folder)
    {
        requireFolder(folder);
        const std::filesystem::file_time_type time = std::filesystem::last_write_time(folder);
        const std::lock_guard lock(mutex_);
        Look &look = looks_[std::filesystem::absolute(folder).string()];
        if (look.size.height == 0 || look.time != time || !std::filesystem::exists(look.file)) {
            look.file = pairFiles(folder, "", {}).front().image;
            const cv::Mat image = readImageFile(look.file, ImageForm::colour);
            look = {.time = time, .file = look.file, .size = {image.rows, image.cols}};
        }
        return look.size;
    }

private:
    struct Look
    {
        std::filesystem::file_time_type time = {};
        std::filesystem::path file = {};
        ImageSize size = {};
    };

    std::mutex mutex_;
    std::map<std::string, Look> looks_;
};

/// A person's own images: `root`/images and one folder of labels per task, or the same below `root`/train, val and test.
class ImageFolder : public DataBlock
{
public:
    void params(ParamVisitor &v) override
    {
        v("root", root_,
          {.help = "Folder that holds the folder of images and one folder of labels per task, or sub-folders train, val and test that do",
           .label = "Folder",
           .path = true});
        v("images", images_, {.help = "Name of the folder of images"});
        v("tasks", tasks_,
          {.help = "One text per task, name:kind:folder:option=value, such as segmentation:segmentation:labels:classes=11:ignore=11, "
                   "depth:depth:depth:scale=0.001 or "
                   "edges:edges:from=segmentation; further options are names=a|b|c and threshold=128"});
        v("size", size_,
          {.help = "Scales everything to this height and width, or one number for both; empty keeps the size of the files",
           .unit = "pixels",
           .min = 1,
           .max = 8192});
        v("validationShare", validationShare_,
          {.help = "Share of the images kept for validation where there is no sub-folder val", .label = "Validation share", .min = 0, .max = 0.9});
        v("testShare", testShare_,
          {.help = "Share of the images kept for the test where there are no sub-folders; at 0 validation images serve for it",
           .label = "Test share",
           .min = 0,
           .max = 0.9});
        v("missing", missing_,
          {.help = "Probability that a training image's label of a task is withheld, for each task by itself", .label = "Missing labels", .min = 0, .max = 1});
        v("seed", seed_, {.help = "Start of the random division and of withholding; another seed divides differently", .min = 0});
        v("cache", cache_,
          {.help = "Memory in which decoded images are kept, so that later epochs are quick; 0 keeps none",
           .unit = "MB",
           .min = 0,
           .max = 1e6,
           .advanced = true});
    }

    /// The ports follow from the task list alone, so that links survive a folder that is not there today.
    std::vector<Port> outputs() const override
    {
        std::vector<Port> ports = {{.id = "image", .type = PortType::image}};
        try {
            for (const FolderTask &task : parseFolderTasks(tasks_))
                ports.push_back({.id = "label." + task.info.name, .type = PortType::label, .label = task.info.name});
        } catch (const Error &) {
            ports.resize(1); // infer says what is wrong
        }
        return ports;
    }

    DatasetInfo describe() const override
    {
        static FirstImages firstImages;
        const std::vector<FolderTask> tasks = parseFolderTasks(tasks_);
        const std::filesystem::path folder = folderOf(Split::train);
        requireFolder(folder / images_);
        for (const FolderTask &task : tasks)
            if (task.from.empty())
                requireFolder(folder / task.folder);
        const ImageSize size = size_.empty() ? firstImages.size(folder / images_) : imageSize(size_, "size");
        DatasetInfo info;
        info.image = {3, size.height, size.width};
        info.mean = {0.485f, 0.456f, 0.406f}; // of ImageNet, customary for photographs; no pass over the data is needed
        info.deviation = {0.229f, 0.224f, 0.225f};
        for (const FolderTask &task : tasks) {
            info.labelShapes.push_back(labelShape(task.info, info.image));
            info.tasks.push_back(task.info);
        }
        return info;
    }

    /// The run's seed does not matter, so that runs which differ in it are compared on the same images.
    std::shared_ptr<const Dataset> open(Split split, std::uint64_t) const override
    {
        const DatasetInfo info = describe();
        const std::vector<FolderTask> tasks = parseFolderTasks(tasks_);
        const std::filesystem::path folder = folderOf(split);
        std::shared_ptr<const Dataset> dataset = std::make_shared<FolderDataset>(info, tasks, pairFiles(folder, images_, tasks), !size_.empty());
        if (folder == folderOf(Split::train) && folder == folderOf(Split::validation)) {
            const Division division = divide(dataset->size(), validationShare_, folderOf(Split::test) == folder ? testShare_ : 0, std::uint64_t(seed_));
            dataset = std::make_shared<Subset>(std::move(dataset), division.of(split));
        }
        if (dataset->size() == 0)
            throw Error("{}: expected images for the split {}, found none; validationShare is {:g}", folder.string(), name(split), validationShare_);
        if (cache_ > 0)
            dataset = std::make_shared<Cached>(std::move(dataset), std::size_t(cache_) << 20);
        return split == Split::train ? withholdLabels(std::move(dataset), missing_, std::uint64_t(seed_)) : dataset;
    }

    std::string summary() const override { return std::filesystem::path(root_).filename().string(); }

private:
    /// Where a split's images lie; the same folder for several splits when it is to be divided.
    std::filesystem::path folderOf(Split split) const
    {
        if (root_.empty())
            throw Error("root: expected a folder of images, found none");
        const std::filesystem::path root = root_;
        requireFolder(root);
        if (!std::filesystem::is_directory(root / "train" / images_))
            return root;
        if (split == Split::test && std::filesystem::is_directory(root / "test" / images_))
            return root / "test";
        for (const char *folder : {"val", "validation"})
            if (split != Split::train && std::filesystem::is_directory(root / folder / images_))
                return root / folder;
        return root / "train";
    }

    std::string root_;
    std::string images_ = "images";
    std::vector<std::string> tasks_ = {"segmentation:segmentation:labels:classes=11:ignore=11", "edges:edges:from=segmentation"};
    std::vector<std::int64_t> size_;
    double validationShare_ = 0.2;
    double testShare_ = 0;
    double missing_ = 0;
    std::int64_t seed_ = 1;
    std::int64_t cache_ = 512;
};

} // namespace

static const Register<Block, ImageFolder> registeredImageFolder{Card{
    .id = "image_folder",
    .title = "Image folder",
    .category = "Data",
    .summary = "Reads images and, for each task, label files of the same name: class ids, depth, normals, edges or NumPy arrays.",
}};

} // namespace concord
