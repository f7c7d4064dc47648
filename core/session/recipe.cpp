#include "core/session/recipe.h"

#include "core/data/dataset.h"
#include "core/graph/node_block.h"
#include "core/session/recipe_layout.h"

#include <algorithm>

namespace concord {

namespace {

DatasetInfo recipeData(const RecipeCard &card, const Node &data, const std::vector<std::string> &tasks)
{
    const std::string &id = card.card.id;
    const std::unique_ptr<Block> block = makeBlock(data);
    const auto *set = dynamic_cast<const DataBlock *>(block.get());
    if (!set)
        throw Error("recipe {}: expected a data set, found '{}'", id, data.type);
    DatasetInfo info = set->describe();
    std::vector<std::string> known;
    for (const TaskInfo &task : info.tasks)
        known.push_back(task.name);
    for (const std::string &task : tasks)
        if (std::ranges::find(known, task) == known.end())
            throw Error("recipe {}: expected tasks of {} ({}), found '{}'{}", id, data.type, join(known, ", "), task, didYouMean(task, known));
    if (!tasks.empty())
        std::erase_if(info.tasks, [&](const TaskInfo &task) { return std::ranges::find(tasks, task.name) == tasks.end(); });
    if (info.tasks.empty())
        throw Error("recipe {}: expected at least one task of {}, found none", id, data.type);
    if (card.needsImages && info.image.size() != 3)
        throw Error("recipe {}: expected images [C, H, W], found {}", id, shapeText(info.image));
    for (const TaskInfo &task : info.tasks)
        if (std::ranges::find(card.suits, task.kind) == card.suits.end())
            throw Error("recipe {}: expected tasks that it suits, found '{}' of kind {}", id, task.name, name(task.kind));
    return info;
}

} // namespace

void Recipe::params(ParamVisitor &visitor)
{
    visitor("channels", options_.channels, {.help = "Channels of the stages of convolutions; each stage after the first halves the image while its sides stay even", .min = 1, .max = 8192});
    visitor("backbone", options_.backbone, {.help = "Stages for images: plain (channels and blocks as below), or ResNet-18's five, which end at a 32nd of the image", .choices = {"plain", "resnet18"}});
    visitor("blocks", options_.blocks, {.help = "Residual blocks of a stage", .min = 1, .max = 64});
    visitor("decoder", options_.decoder, {.help = "Channels of each dense task's decoder", .min = 1, .max = 8192});
    visitor("hidden", options_.hidden, {.help = "Widths of the linear layers, for data that are not images", .min = 1, .max = 65536});
    visitor("method", options_.method, {.help = "Id of the balance method"});
}

Experiment Recipe::make(const Node &data, const std::vector<std::string> &tasks) const
{
    if (options_.channels.empty() || options_.hidden.empty())
        throw Error("recipe {}: expected at least one number in channels and hidden, found none", card_.card.id);
    RecipeLayout layout(data, recipeData(card_, data, tasks), options_);
    layOut(layout);
    Experiment experiment;
    experiment.name = card_.card.title + ", " + data.type;
    experiment.description = card_.card.summary + (card_.card.paper.empty() ? std::string() : " (" + card_.card.paper + ")");
    experiment.graph = layout.take();
    experiment.plan = layout.plan();
    return experiment;
}

std::vector<RecipeCard> listRecipes()
{
    std::vector<RecipeCard> result;
    for (const auto &[id, entry] : RecipeRegistry::instance().entries())
        result.push_back(entry.make()->card());
    return result;
}

std::vector<TaskKind> allTaskKinds()
{
    return {TaskKind::segmentation, TaskKind::depth, TaskKind::normals, TaskKind::edges, TaskKind::saliency, TaskKind::classification, TaskKind::multilabel, TaskKind::regression};
}

} // namespace concord
