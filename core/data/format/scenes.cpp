#include "core/data/missing_labels.h"
#include "core/data/scenes/render.h"
#include "core/data/semantic_edges.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>

namespace concord {

namespace {

const std::vector<std::string> sceneTasks = {"segmentation", "depth", "normals", "edges", "boxes"};

/// The rooms of one split, rendered when asked for. A room follows from seed, split and index alone.
class SceneDataset : public Dataset
{
public:
    SceneDataset(DatasetInfo info, std::int64_t size, std::uint64_t seed, Split split, double noise)
        : info_(std::move(info))
        , size_(size)
        , seed_(seed)
        , split_(std::uint64_t(split))
        , noise_(noise)
    {
    }

    const DatasetInfo &info() const override { return info_; }
    std::int64_t size() const override { return size_; }

    Sample get(std::int64_t index) const override
    {
        const std::int64_t height = info_.image[1];
        const std::int64_t width = info_.image[2];
        const SceneRoom room = makeSceneRoom(Random(seed_, split_, std::uint64_t(index), 1));
        SceneImage scene = renderScene(room, height, width, noise_, Random(seed_, split_, std::uint64_t(index), 2));
        Sample sample{.image = std::move(scene.image)};
        for (const TaskInfo &task : info_.tasks) {
            if (task.kind == TaskKind::segmentation)
                sample.labels.push_back(scene.classes);
            else if (task.kind == TaskKind::edges)
                sample.labels.push_back(semanticEdges(scene.classes, height, width, -1));
            else if (task.kind == TaskKind::boxes)
                sample.labels.push_back(labelOfBoxes(sceneBoxes(room, scene, height, width)));
            else
                sample.labels.push_back(std::move(task.kind == TaskKind::depth ? scene.depth : scene.normals));
        }
        return sample;
    }

private:
    DatasetInfo info_;
    std::int64_t size_;
    std::uint64_t seed_;
    std::uint64_t split_;
    double noise_;
};

/// Furnished rooms from the built-in renderer: nothing to download, exact truth for every pixel.
class Scenes : public DataBlock
{
public:
    void params(ParamVisitor &v) override
    {
        v("size", size_, {.help = "Height and width of the images, or one number for both", .unit = "pixels", .min = 8, .max = 2048});
        v("train", train_, {.help = "Number of training images", .label = "Training images", .min = 1, .max = 1e9});
        v("validation", validation_, {.help = "Number of validation images", .label = "Validation images", .min = 1, .max = 1e9});
        v("test", test_, {.help = "Number of test images", .label = "Test images", .min = 1, .max = 1e9});
        v("tasks", tasks_, {.help = "Which labels to offer, in this order: any of segmentation, depth, normals, edges, boxes"});
        v("noise", noise_, {.help = "Standard deviation of the sensor's noise, for image values from 0 to 1", .min = 0, .max = 1});
        v("missing", missing_,
          {.help = "Probability that a training image lacks the label of a task, for each task by itself", .label = "Missing labels", .min = 0, .max = 1});
        v("seed", seed_, {.help = "Which rooms: another seed gives other rooms", .min = 0});
    }

    DatasetInfo describe() const override
    {
        const ImageSize size = imageSize(size_, "size");
        DatasetInfo info;
        info.image = {3, size.height, size.width};
        info.mean = {0.5f, 0.5f, 0.5f}; // rooms are exposed to be of middle brightness; no pass over the data is needed
        info.deviation = {0.25f, 0.25f, 0.25f};
        if (tasks_.empty())
            throw Error("tasks: expected at least one of {}, found none", join(sceneTasks, ", "));
        for (const std::string &name : tasks_) {
            if (std::ranges::find(sceneTasks, name) == sceneTasks.end())
                throw Error("tasks: expected some of {}, found '{}'{}", join(sceneTasks, ", "), name, didYouMean(name, sceneTasks));
            if (std::ranges::count(tasks_, name) > 1)
                throw Error("tasks: expected each task once, found '{}' {} times", name, std::ranges::count(tasks_, name));
            TaskInfo task{.name = name, .kind = taskKind(name), .classes = 1};
            if (task.kind == TaskKind::segmentation) {
                task.classNames = sceneClassNames();
                task.classes = std::int64_t(task.classNames.size());
            } else if (task.kind == TaskKind::boxes) {
                task.classNames = sceneObjectNames();
                task.classes = std::int64_t(task.classNames.size());
            } else if (task.kind == TaskKind::normals) {
                task.classes = 3;
            } else if (task.kind == TaskKind::depth) {
                task.unit = "m";
            }
            info.labelShapes.push_back(labelShape(task, info.image));
            info.tasks.push_back(std::move(task));
        }
        return info;
    }

    /// The run's seed does not matter: runs that differ in it see the same rooms, and can be compared.
    std::shared_ptr<const Dataset> open(Split split, std::uint64_t) const override
    {
        const std::int64_t count = split == Split::train ? train_ : split == Split::validation ? validation_ : test_;
        const auto seed = std::uint64_t(seed_);
        auto dataset = std::make_shared<SceneDataset>(describe(), count, seed, split, noise_);
        return split == Split::train ? withholdLabels(std::move(dataset), missing_, seed) : dataset;
    }

    std::string summary() const override
    {
        return fmt::format("{} rooms of {}", train_, size_.size() == 1 ? fmt::format("{0}×{0}", size_[0]) : shapeText(size_));
    }

private:
    std::vector<std::int64_t> size_ = {64, 64};
    std::int64_t train_ = 4000;
    std::int64_t validation_ = 500;
    std::int64_t test_ = 500;
    std::vector<std::string> tasks_ = {"segmentation", "depth", "normals", "edges"};
    double noise_ = 0.02;
    double missing_ = 0;
    std::int64_t seed_ = 1;
};

} // namespace

static const Register<Block, Scenes> registeredScenes{Card{
    .id = "scenes",
    .title = "Built-in scenes",
    .category = "Data",
    .summary = "Renders furnished rooms with exact class, depth, surface normal and edge labels for every pixel, and boxes of the furniture.",
}};

} // namespace concord
