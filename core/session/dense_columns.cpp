#include "core/session/dense_columns.h"

namespace concord {

Streams addTaskMaps(RecipeLayout &layout, const std::string &name, const Streams &from, std::int64_t channels, std::int64_t upsample)
{
    layout.nextColumn();
    Streams result = from;
    for (std::size_t t = 0; t < from.size(); ++t) {
        const ParamMap params = {{"channels", channels}, {"depth", std::int64_t(1)}, {"upsample", upsample}};
        result[t].from = {layout.add(layout.stem(t) + "_" + name, "dense_decoder", params, layout.row(t), {{"in", from[t].from}}), "out"};
        result[t].shrink /= upsample;
    }
    return result;
}

Streams addInitialPredictions(RecipeLayout &layout, const Streams &from, double weight)
{
    if (weight == 0)
        return {};
    layout.nextColumn();
    Streams result;
    for (std::size_t t = 0; t < from.size(); ++t)
        result.push_back(layout.addInitialPrediction(t, from[t], weight));
    return result;
}

Streams addExchange(RecipeLayout &layout, const std::string &stem, const std::string &type, ParamMap params, const Streams &streams,
                    const std::vector<RecipeLayout::Link> &further)
{
    layout.nextColumn();
    std::vector<RecipeLayout::Link> links;
    for (std::size_t t = 0; t < streams.size(); ++t)
        links.push_back({fmt::format("in.{}", t), streams[t].from});
    links.insert(links.end(), further.begin(), further.end());
    const std::string id = layout.add(stem, type, std::move(params), layout.middle(), links);
    Streams result = streams;
    for (std::size_t t = 0; t < result.size(); ++t)
        result[t].from = {id, fmt::format("out.{}", t)};
    return result;
}

std::int64_t poolingFor(const RecipeLayout &layout, std::int64_t shrink, std::int64_t places)
{
    const std::int64_t rows = (layout.image()[1] + shrink - 1) / shrink;
    const std::int64_t columns = (layout.image()[2] + shrink - 1) / shrink;
    std::int64_t pool = 1;
    while (rows * columns > places * pool * pool)
        ++pool;
    return pool;
}

} // namespace concord
