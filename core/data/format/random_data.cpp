#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/data/dataset.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace concord {

namespace {

constexpr std::int64_t randomPool = 32; // samples kept; index i is sample i mod 32, so that get costs one copy

class RandomDataset : public Dataset
{
public:
    RandomDataset(DatasetInfo info, std::int64_t size, Random random)
        : info_(std::move(info))
        , size_(size)
    {
        for (std::int64_t i = 0; i < std::min(size, randomPool); ++i) {
            Sample &sample = pool_.emplace_back();
            sample.image.resize(std::size_t(elementCount(info_.image)));
            std::ranges::generate(sample.image, [&] { return float(random.normal()); });
            for (std::size_t task = 0; task < info_.tasks.size(); ++task)
                sample.labels.push_back(label(info_.tasks[task], elementCount(info_.labelShapes[task]), random));
        }
    }

    const DatasetInfo &info() const override { return info_; }
    std::int64_t size() const override { return size_; }
    Sample get(std::int64_t index) const override { return pool_[std::size_t(index % randomPool)]; }

private:
    static std::vector<float> label(const TaskInfo &task, std::int64_t count, Random &random)
    {
        std::vector<float> values(static_cast<std::size_t>(count));
        if (task.kind == TaskKind::boxes)
            return randomBoxes(task, std::move(values), random);
        for (float &value : values)
            switch (task.kind) {
            case TaskKind::segmentation:
            case TaskKind::classification:
                value = float(random.below(std::uint64_t(task.classes)));
                break;
            case TaskKind::depth:
                value = float(random.uniform(0.5, 10));
                break;
            case TaskKind::edges:
            case TaskKind::saliency:
            case TaskKind::multilabel:
                value = float(random.below(2));
                break;
            case TaskKind::normals:
            case TaskKind::regression:
                value = float(random.normal());
                break;
            case TaskKind::boxes:
                break;
            }
        if (task.kind == TaskKind::normals)
            makeUnit(values);
        return values;
    }

    /// One to four boxes, of a tenth of the image at least.
    static std::vector<float> randomBoxes(const TaskInfo &task, std::vector<float> values, Random &random)
    {
        std::ranges::fill(values, -1.0f);
        const std::uint64_t boxes = 1 + random.below(4);
        for (std::uint64_t i = 0; i < boxes; ++i) {
            float *box = values.data() + i * boxNumbers;
            box[0] = float(random.below(std::uint64_t(task.classes)));
            for (std::size_t axis = 1; axis <= 2; ++axis) {
                const double size = random.uniform(0.1, 0.6);
                box[axis] = float(random.uniform(0, 1 - size));
                box[axis + 2] = box[axis] + float(size);
            }
        }
        return values;
    }

    static void makeUnit(std::vector<float> &values)
    {
        const std::size_t pixels = values.size() / 3;
        for (std::size_t i = 0; i < pixels; ++i) {
            const float norm = std::hypot(values[i], values[pixels + i], values[2 * pixels + i]);
            for (std::size_t at = i; at < values.size(); at += pixels)
                values[at] /= norm;
        }
    }

    DatasetInfo info_;
    std::int64_t size_;
    std::vector<Sample> pool_;
};

/// Noise in the shape of data, for measuring speed.
class RandomData : public DataBlock
{
public:
    void params(ParamVisitor &v) override
    {
        v("shape", shape_, {.help = "Shape of one input: channels, height, width for images, or one number for vectors", .min = 1, .max = 1 << 20});
        v("tasks", tasks_,
          {.help = "One text per task, name:kind:classes, such as semantic:segmentation:13 or depth:depth; a fourth part makes copies, so attr:multilabel:1:40 "
                   "is attr0 to attr39"});
        v("count", count_, {.help = "Number of training samples; a quarter as many for validation and test", .label = "Samples", .min = 1, .max = 1e9});
    }

    DatasetInfo describe() const override
    {
        if (shape_.size() != 1 && shape_.size() != 3)
            throw Error("shape: expected [channels, height, width] or [features], found {} numbers", shape_.size());
        DatasetInfo info;
        info.image = shape_;
        info.mean.assign(std::size_t(shape_[0]), 0.0f);
        info.deviation.assign(std::size_t(shape_[0]), 1.0f);
        for (const std::string &text : tasks_)
            addTasks(text, info);
        if (info.tasks.empty())
            throw Error("tasks: expected at least one such as semantic:segmentation:13, found none");
        std::set<std::string> names;
        for (const TaskInfo &task : info.tasks)
            if (!names.insert(task.name).second)
                throw Error("tasks: expected different names, found '{}' twice", task.name);
        return info;
    }

    std::shared_ptr<const Dataset> open(Split split, std::uint64_t seed) const override
    {
        const std::int64_t size = split == Split::train ? count_ : (count_ + 3) / 4;
        return std::make_shared<RandomDataset>(describe(), size, Random(seed, std::uint64_t(split), 0x6e6f697365));
    }

    std::string summary() const override { return "noise " + shapeText(shape_); }

private:
    static std::int64_t number(const std::string &text, const std::string &part, const char *what, std::int64_t high)
    {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (error != std::errc() || end != part.data() + part.size() || value < 1 || value > high)
            throw Error("task '{}': expected {} from 1 to {}, found '{}'", text, what, high, part);
        return value;
    }

    static void addTasks(const std::string &text, DatasetInfo &info)
    {
        const std::vector<std::string> parts = split(text, ':');
        if (parts.size() < 2 || parts.size() > 4 || trim(parts[0]).empty())
            throw Error("task '{}': expected name:kind:classes:copies, found {} parts", text, parts.size());
        TaskInfo task{.name = trim(parts[0]), .kind = taskKind(trim(parts[1])), .classes = 1};
        const bool isCounted = task.kind == TaskKind::segmentation || !isDense(task.kind);
        if (isCounted && parts.size() < 3)
            throw Error("task '{}': expected a number of classes for kind {}, found none", text, name(task.kind));
        if (isCounted)
            task.classes = number(text, trim(parts[2]), "a number of classes", 65535);
        else if (task.kind == TaskKind::normals)
            task.classes = 3;
        const std::int64_t copies = parts.size() == 4 ? number(text, trim(parts[3]), "a number of copies", 1000) : 0;
        const Shape shape = labelShape(task, info.image);
        const std::string stem = task.name;
        for (std::int64_t i = 0; i < std::max<std::int64_t>(copies, 1); ++i) {
            task.name = copies > 0 ? stem + std::to_string(i) : stem;
            info.tasks.push_back(task);
            info.labelShapes.push_back(shape);
        }
    }

    std::vector<std::int64_t> shape_ = {3, 96, 96};
    std::vector<std::string> tasks_ = {"semantic:segmentation:13", "depth:depth", "normals:normals"};
    std::int64_t count_ = 1024;
};

} // namespace

static const Register<Block, RandomData> registeredRandomData{Card{
    .id = "random_data",
    .title = "Random data",
    .category = "Data",
    .summary = "Random inputs with random labels of any shape, to measure speed and memory.",
}};

} // namespace concord
