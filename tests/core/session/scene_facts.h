#pragma once

#include "core/data/dataset.h"
#include "core/graph/node_block.h"

#include <algorithm>
#include <map>

namespace concord::test {

/// The built-in scenes with labels of a whole image, for recipes of such tasks: "light" (regression: its brightness and how warm it is), "warmth"
/// (classification: cold, neutral, warm) and "facts" (multi-label: bright, warm, far, much floor). All follow from the rendered image and its truth.
class SceneFactsDataset : public Dataset
{
public:
    SceneFactsDataset(DatasetInfo info, std::shared_ptr<const Dataset> scenes)
        : info_(std::move(info))
        , scenes_(std::move(scenes))
    {
    }

    const DatasetInfo &info() const override { return info_; }
    std::int64_t size() const override { return scenes_->size(); }

    Sample get(std::int64_t index) const override
    {
        const Sample scene = scenes_->get(index);
        const std::size_t pixels = scene.labels[0].size();
        const auto mean = [&](std::size_t channel) { return meanOf(scene.image, channel * pixels, pixels); };
        const float light = (mean(0) + mean(1) + mean(2)) / 3;
        const float warmth = mean(0) - mean(2);
        const float depth = meanOf(scene.labels[1], 0, pixels);
        const float floor = float(std::ranges::count(scene.labels[0], 0.F)) / float(pixels);
        const auto is = [](bool value) { return value ? 1.F : 0.F; };
        const std::map<std::string, std::vector<float>> labels = {
            {"light", {10 * (light - bright), 10 * (warmth - (cold + warm) / 2)}},
            {"warmth", {is(warmth > cold) + is(warmth > warm)}},
            {"facts", {is(light > bright), is(warmth > (cold + warm) / 2), is(depth > far), is(floor > muchFloor)}},
        };
        Sample sample{.image = scene.image};
        for (const TaskInfo &task : info_.tasks)
            sample.labels.push_back(labels.at(task.name));
        return sample;
    }

private:
    /// About the terciles and medians of the scenes.
    static constexpr float cold = 0.053F;
    static constexpr float warm = 0.094F;
    static constexpr float bright = 0.473F;
    static constexpr float far = 3.33F;
    static constexpr float muchFloor = 0.278F;

    static float meanOf(const std::vector<float> &values, std::size_t first, std::size_t count)
    {
        double sum = 0;
        for (std::size_t i = first; i < first + count; ++i)
            sum += values[i];
        return float(sum / double(count));
    }

    DatasetInfo info_;
    std::shared_ptr<const Dataset> scenes_;
};

class SceneFacts : public DataBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("size", size_, {.help = "Height and width of the images", .min = 8});
        visitor("train", train_, {.help = "Number of training images", .min = 1});
        visitor("validation", validation_, {.help = "Number of validation and of test images", .min = 1});
        visitor("tasks", tasks_, {.help = "Which labels to offer: any of light, warmth, facts"});
    }

    DatasetInfo describe() const override
    {
        DatasetInfo info;
        info.image = {3, size_, size_};
        info.mean = {0.5F, 0.5F, 0.5F};
        info.deviation = {0.25F, 0.25F, 0.25F};
        for (const std::string &name : tasks_) {
            const bool values = name == "light";
            const TaskKind kind = values ? TaskKind::regression : name == "warmth" ? TaskKind::classification : TaskKind::multilabel;
            info.tasks.push_back({.name = name, .kind = kind, .classes = values ? 2 : name == "warmth" ? 3 : 4});
            info.labelShapes.push_back(labelShape(info.tasks.back(), info.image));
        }
        return info;
    }

    std::shared_ptr<const Dataset> open(Split split, std::uint64_t seed) const override
    {
        const Node scenes{.id = "data",
                          .type = "scenes",
                          .params = {{"size", std::vector<std::int64_t>{size_}},
                                     {"train", train_},
                                     {"validation", validation_},
                                     {"test", validation_},
                                     {"tasks", std::vector<std::string>{"segmentation", "depth"}}}};
        const std::unique_ptr<Block> block = makeBlock(scenes);
        return std::make_shared<SceneFactsDataset>(describe(), dynamic_cast<const DataBlock &>(*block).open(split, seed));
    }

private:
    std::int64_t size_ = 24;
    std::int64_t train_ = 160;
    std::int64_t validation_ = 32;
    std::vector<std::string> tasks_ = {"light", "warmth", "facts"};
};

inline const Register<Block, SceneFacts> registeredSceneFacts{
    Card{.id = "scene_facts", .title = "Facts of scenes", .category = "Data", .summary = "Renders furnished rooms with labels of the whole image."}};

} // namespace concord::test
