#include "core/session/task_ends.h"

#include <algorithm>

namespace concord {

std::vector<TaskKind> imageTaskKinds()
{
    std::vector<TaskKind> kinds = allTaskKinds();
    if (std::ranges::find(kinds, TaskKind::boxes) == kinds.end())
        kinds.push_back(TaskKind::boxes);
    return kinds;
}

bool isBoxes(const RecipeLayout &layout, std::size_t task)
{
    return layout.tasks()[task].kind == TaskKind::boxes;
}

void requireBoxes(const RecipeLayout &layout, const std::string &recipe)
{
    std::vector<std::string> found;
    for (const TaskInfo &task : layout.tasks()) {
        if (task.kind == TaskKind::boxes)
            return;
        found.emplace_back(name(task.kind));
    }
    throw Error("recipe {}: expected at least one task of kind boxes, found {}", recipe, join(found, ", "));
}

Streams addLevels(RecipeLayout &layout, const std::string &frame, const std::string &stem)
{
    Streams levels;
    Stream stream = layout.input();
    layout.setFrame(frame);
    for (std::size_t stage = 0; stage < layout.stages(); ++stage) {
        layout.nextColumn();
        stream = layout.addStage(stem, stage, stream, layout.middle());
        levels.push_back(stream);
    }
    layout.setFrame("");
    return levels;
}

std::vector<RecipeLayout::Link> levelLinks(const Streams &levels)
{
    std::vector<RecipeLayout::Link> links;
    for (std::size_t i = 0; i < levels.size(); ++i)
        links.push_back({fmt::format("in.{}", i), levels[i].from});
    return links;
}

void finishHeads(RecipeLayout &layout, Streams ends)
{
    layout.nextColumn();
    for (std::size_t t = 0; t < ends.size(); ++t)
        ends[t].from = {layout.addHead(layout.stem(t) + "_head", t, ends[t]), "out"};
    layout.finishPredictions(ends);
}

Streams coarseLevels(const Streams &levels, std::int64_t cell)
{
    Streams result;
    std::ranges::copy_if(levels, std::back_inserter(result), [cell](const Stream &level) { return level.shrink >= cell; });
    if (result.empty())
        result.push_back(levels.back());
    return result;
}

Stream addTaskDecoder(RecipeLayout &layout, std::size_t task, const Stream &from)
{
    if (isBoxes(layout, task) || !from.isMap)
        return from;
    const std::string &stem = layout.stem(task);
    if (!isDense(layout.tasks()[task].kind))
        return {.from = {layout.add(stem + "_pool", "global_pool", {}, layout.row(task), {{"in", from.from}}), "out"}, .isMap = false};
    const ParamMap params = {{"channels", layout.options().decoder}, {"depth", std::int64_t(1)}, {"upsample", from.shrink}};
    return {.from = {layout.add(stem + "_decoder", "dense_decoder", params, layout.row(task), {{"in", from.from}}), "out"}};
}

} // namespace concord
