#include "core/session/cued_recipe.h"

namespace concord {

void CuedRecipe::layOut(RecipeLayout &layout) const
{
    Stream input = layout.input();
    if (layout.hasImages()) {
        layout.nextColumn();
        input = {.from = {layout.add("pixels", "flatten", {}, layout.middle(), {{"in", input.from}}), "out"}, .isMap = false};
    }
    layout.nextColumn();
    ParamMap params = cuedParams(layout);
    params["hidden"] = options().hidden;
    Streams streams(layout.tasks().size(), input);
    std::vector<RecipeLayout::Link> links;
    for (std::size_t t = 0; t < streams.size(); ++t)
        links.push_back({fmt::format("in.{}", t), input.from});
    const std::string id = layout.add(cuedId(), cuedType(), std::move(params), layout.middle(), links);
    for (std::size_t t = 0; t < streams.size(); ++t)
        streams[t].from = {id, fmt::format("out.{}", t)};
    layout.finish(streams);
}

std::vector<TaskKind> flatTaskKinds()
{
    return {TaskKind::classification, TaskKind::multilabel, TaskKind::regression};
}

} // namespace concord
