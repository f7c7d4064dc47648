#pragma once

#include "core/base/error.h"
#include "core/session/recipe.h"
#include "tests/core/session/scene_facts.h"

#include <algorithm>

namespace concord::test {

/// Small built-in data: a node, and its tasks' kinds.
struct RecipeData
{
    Node node;
    std::vector<TaskKind> kinds;
};

/// Rendered rooms with dense tasks, with tasks of a whole image, or with boxes; `tasks` of each at most.
inline std::vector<RecipeData> recipeDataSets(std::size_t tasks)
{
    using Numbers = std::vector<std::int64_t>;
    using Texts = std::vector<std::string>;
    const Texts dense = {"segmentation", "depth", "edges"};
    const Texts flat = {"facts", "warmth", "light"};
    const Texts boxes = {"segmentation", "boxes", "depth"};
    const auto first = [tasks](const Texts &all) { return Texts(all.begin(), all.begin() + std::ptrdiff_t(std::min(tasks, all.size()))); };
    const auto scenes = [&](const Texts &all) {
        return Node{.id = "data", .type = "scenes", .params = {{"size", Numbers{24}}, {"train", std::int64_t(160)}, {"validation", std::int64_t(32)}, {"tasks", first(all)}}};
    };
    const Node facts{.id = "data", .type = "scene_facts", .params = {{"size", std::int64_t(24)}, {"train", std::int64_t(160)}, {"validation", std::int64_t(32)}, {"tasks", first(flat)}}};
    return {{scenes(dense), {TaskKind::segmentation, TaskKind::depth, TaskKind::edges}},
            {facts, {TaskKind::multilabel, TaskKind::classification, TaskKind::regression}},
            {scenes(boxes), {TaskKind::segmentation, TaskKind::boxes, TaskKind::depth}}};
}

/// The recipe, small but for what it alone has, on the first data set whose tasks are of kinds that its card suits. It may refuse tasks that lack what it
/// is about ("expected at least one multi-label task"); anything else that it throws is an error.
inline Experiment smallExperiment(const std::string &id, std::size_t tasks)
{
    using Numbers = std::vector<std::int64_t>;
    const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make(id);
    for (const auto &[name, value] : ParamMap{{"channels", Numbers{8, 16, 24}}, {"decoder", std::int64_t(16)}, {"hidden", Numbers{32, 32}}, {"blocks", std::int64_t(1)}})
        readParams(*recipe, {{name, value}});
    const std::vector<TaskKind> &suits = recipe->card().suits;
    for (const RecipeData &data : recipeDataSets(tasks)) {
        if (!std::ranges::all_of(data.kinds, [&](TaskKind kind) { return std::ranges::find(suits, kind) != suits.end(); }))
            continue;
        try {
            return recipe->make(data.node);
        } catch (const Error &error) {
            if (std::string(error.what()).find("expected at least one") == std::string::npos)
                throw;
        }
    }
    throw Error("recipe {}: expected to suit one of the test's data sets, found none", id);
}

} // namespace concord::test
