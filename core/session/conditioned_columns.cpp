#include "core/session/conditioned_columns.h"

namespace concord {

std::size_t firstConditioned(const RecipeLayout &layout)
{
    return layout.isResNet() ? 1 : 0;
}

std::int64_t stageBlocks(const RecipeLayout &layout, std::size_t stage)
{
    return layout.isResNet() ? 2 : layout.hasImages() && stage > 0 ? layout.options().blocks : 1;
}

Streams addConditionedColumns(RecipeLayout &layout, const ConditionedColumns &columns)
{
    Streams streams(layout.tasks().size(), layout.input());
    if (layout.isResNet()) {
        layout.nextColumn();
        streams.assign(streams.size(), layout.addStage("trunk", 0, layout.input(), layout.middle()));
    }
    layout.setFrame(columns.frame);
    for (std::size_t stage = firstConditioned(layout); stage < layout.stages(); ++stage) {
        const std::int64_t stride = layout.stride(stage, streams.front());
        ParamMap params = columns.params(stage);
        params.insert({{"channels", layout.width(stage)}, {"blocks", stageBlocks(layout, stage)}, {"stride", stride}});
        streams = layout.addSharing(fmt::format("{}{}", columns.stem, stage + 1), columns.type, std::move(params), streams);
        for (Stream &stream : streams)
            stream.shrink *= stride;
    }
    layout.setFrame("");
    return streams;
}

} // namespace concord
