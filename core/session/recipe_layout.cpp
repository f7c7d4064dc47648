#include "core/session/recipe_layout.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <utility>

namespace concord {

namespace {

constexpr double columnWidth = 240;
constexpr double rowHeight = 120;

/// He et al., CVPR 2016, table 1: the stem and four stages of two basic blocks.
constexpr std::int64_t resNetWidths[] = {64, 64, 128, 256, 512};

/// How a kind of task ends.
struct BranchParts
{
    TaskKind kind;
    const char *head;
    const char *loss;
    const char *count;   ///< the head's parameter for classes or values; null for none
};

constexpr BranchParts branchParts[] = {
    {TaskKind::segmentation, "segmentation_head", "cross_entropy", "classes"},
    {TaskKind::depth, "depth_head", "l1", nullptr},
    {TaskKind::normals, "normals_head", "cosine_normals", nullptr},
    {TaskKind::edges, "edges_head", "weighted_bce", nullptr},
    {TaskKind::saliency, "saliency_head", "weighted_bce", nullptr},
    {TaskKind::classification, "classification_head", "cross_entropy", "classes"},
    {TaskKind::multilabel, "multilabel_head", "weighted_bce", "classes"},
    {TaskKind::regression, "regression_head", "l2", "values"},
    {TaskKind::boxes, "centre_head", "centre_heatmap", "classes"},
};

const BranchParts &partsOf(TaskKind kind)
{
    return *std::ranges::find(branchParts, kind, &BranchParts::kind);
}

/// Node ids as like the tasks' names as the letters allow, each another.
std::vector<std::string> taskStems(const std::vector<TaskInfo> &tasks)
{
    std::vector<std::string> stems;
    std::set<std::string> taken;
    for (const TaskInfo &task : tasks) {
        std::string stem;
        for (const char c : task.name)
            stem += std::isalnum(static_cast<unsigned char>(c)) ? char(std::tolower(static_cast<unsigned char>(c))) : '_';
        std::string free = stem;
        for (int n = 2; !taken.insert(free).second; ++n)
            free = fmt::format("{}_{}", stem, n);
        stems.push_back(free);
    }
    return stems;
}

} // namespace

RecipeLayout::RecipeLayout(const Node &data, DatasetInfo info, const RecipeOptions &options)
    : info_(std::move(info))
    , options_(options)
    , data_(data.id)
    , stems_(taskStems(info_.tasks))
{
    Node node = data;
    node.x = 0;
    node.y = middle();
    graph_.nodes.push_back(std::move(node));
}

Stream RecipeLayout::input() const
{
    return {.from = {data_, "image"}, .isMap = hasImages()};
}

double RecipeLayout::row(std::size_t task) const
{
    return rowHeight * double(task);
}

double RecipeLayout::above() const
{
    return -rowHeight;
}

double RecipeLayout::middle() const
{
    return rowHeight * double(info_.tasks.size() - 1) / 2;
}

void RecipeLayout::nextColumn()
{
    x_ = std::max(x_, right_) + columnWidth;
}

std::string RecipeLayout::add(const std::string &stem, const std::string &type, ParamMap params, double y, const std::vector<Link> &links)
{
    const std::string id = graph_.freeId(stem);
    graph_.nodes.push_back({.id = id, .type = type, .params = std::move(params), .x = x_, .y = y, .frame = frame_});
    for (const Link &link : links)
        graph_.edges.push_back({link.from, {id, link.to}});
    return id;
}

std::string RecipeLayout::addToRow(const std::string &stem, const std::string &type, ParamMap params, std::size_t task, const std::vector<Link> &links)
{
    const auto isTaken = [&](const Node &node) { return node.x == x_ && std::abs(node.y - row(task)) < rowHeight; };
    const double here = x_;
    while (std::ranges::any_of(graph_.nodes, isTaken))
        x_ += columnWidth;
    const std::string id = add(stem, type, std::move(params), row(task), links);
    right_ = std::max(right_, x_);
    x_ = here;
    return id;
}

bool RecipeLayout::isResNet() const
{
    return hasImages() && options_.backbone == "resnet18";
}

std::size_t RecipeLayout::stages() const
{
    if (isResNet())
        return std::size(resNetWidths);
    return hasImages() ? options_.channels.size() : options_.hidden.size();
}

std::int64_t RecipeLayout::width(std::size_t stage) const
{
    if (isResNet())
        return resNetWidths[stage];
    return hasImages() ? options_.channels[stage] : options_.hidden[stage];
}

/// A side that is not a multiple of the stride would not come back to its size.
std::int64_t RecipeLayout::stride(std::size_t stage, const Stream &from) const
{
    if (isResNet())
        return stage == 0 ? 4 : stage == 1 ? 1 : 2;   // the stem has a convolution and a pooling of stride 2
    const std::int64_t twice = 2 * from.shrink;
    return hasImages() && stage > 0 && info_.image[1] % twice == 0 && info_.image[2] % twice == 0 ? 2 : 1;
}

Stream RecipeLayout::addStage(const std::string &stem, std::size_t stage, const Stream &from, double y)
{
    const std::string id = fmt::format("{}_stage{}", stem, stage + 1);
    const std::int64_t stride = this->stride(stage, from);
    ParamMap params;
    std::string type = "mlp";
    if (!hasImages())
        params = {{"hidden", std::vector<std::int64_t>{width(stage)}}};
    else if (isResNet() && stage == 0)
        type = "resnet_stem";
    else if (type = stage == 0 ? "conv_stack" : "residual_stage"; stage == 0)
        params = {{"channels", std::vector<std::int64_t>{width(stage)}}};
    else
        params = {{"channels", width(stage)}, {"blocks", isResNet() ? 2 : options_.blocks}, {"stride", stride}};
    return {.from = {add(id, type, std::move(params), y, {{"in", from.from}}), "out"}, .shrink = from.shrink * stride, .isMap = from.isMap};
}

Streams RecipeLayout::addStages(std::size_t stage, const Streams &streams)
{
    nextColumn();
    Streams result;
    for (std::size_t t = 0; t < streams.size(); ++t)
        result.push_back(addStage(stem(t), stage, streams[t], row(t)));
    return result;
}

Stream RecipeLayout::addUnits(const std::string &stem, std::int64_t units, const Stream &from, double y)
{
    const ParamMap params = hasImages() ? ParamMap{{"channels", width(stages() - 1)}, {"blocks", units}, {"stride", std::int64_t(1)}}
                                        : ParamMap{{"hidden", std::vector<std::int64_t>(std::size_t(units), options_.hidden.back())}};
    Stream result = from;
    result.from = {add(stem, hasImages() ? "residual_stage" : "mlp", params, y, {{"in", from.from}}), "out"};
    return result;
}

Stream RecipeLayout::addStem(const std::string &stem, const Stream &from, double y)
{
    if (!hasImages())
        return {.from = {add(stem, "mlp", {{"hidden", options_.hidden}}, y, {{"in", from.from}}), "out"}, .isMap = false};
    Stream stream = from;
    if (isResNet()) {
        const std::string outer = std::exchange(frame_, frame_.empty() ? "ResNet-18" : frame_);
        for (std::size_t stage = 0; stage < stages(); ++stage) {
            if (stage > 0)
                nextColumn();
            stream = addStage(stem, stage, stream, y);
        }
        frame_ = outer;
        return stream;
    }
    std::vector<std::int64_t> strides;
    for (std::size_t stage = 0; stage < options_.channels.size(); ++stage) {
        strides.push_back(stride(stage, stream));
        stream.shrink *= strides.back();
    }
    stream.from = {add(stem, "conv_stack", {{"channels", options_.channels}, {"strides", strides}}, y, {{"in", from.from}}), "out"};
    return stream;
}

Streams RecipeLayout::addSharing(const std::string &stem, const std::string &type, ParamMap params, const Streams &streams)
{
    nextColumn();
    params["type"] = this->type();
    std::vector<Link> links;
    for (std::size_t t = 0; t < streams.size(); ++t)
        links.push_back({fmt::format("in.{}", t), streams[t].from});
    const std::string id = add(stem, type, std::move(params), middle(), links);
    Streams result = streams;
    for (std::size_t t = 0; t < result.size(); ++t)
        result[t].from = {id, fmt::format("out.{}", t)};
    return result;
}

void RecipeLayout::finish(const Streams &streams)
{
    const Streams ends = addDecoders(streams);
    nextColumn();
    Streams predictions = ends;
    for (std::size_t t = 0; t < tasks().size(); ++t)
        predictions[t].from = {addHead(stem(t) + "_head", t, ends[t]), "out"};
    finishPredictions(predictions);
}

void RecipeLayout::finishPredictions(const Streams &predictions)
{
    nextColumn();
    std::vector<std::vector<Link>> parts;
    for (std::size_t t = 0; t < tasks().size(); ++t)
        parts.push_back(addLosses(t, predictions[t].from));
    nextColumn();
    std::vector<Link> losses;
    for (std::size_t t = 0; t < tasks().size(); ++t) {
        PortRef loss = parts[t].front().from;
        if (parts[t].size() > 1)
            loss = {add(stem(t) + "_losses", "loss_sum", {{"early_weight", std::ranges::find(early_, t, &EarlyPrediction::task)->weight}}, row(t), parts[t]), "sum"};
        losses.push_back({fmt::format("loss.{}", t), loss});
    }
    if (!early_.empty())
        nextColumn();
    add("balance", "balance", {{"method", options_.method}}, middle(), losses);
}

/// What the heads read. Tasks of one stream share its pooled vector.
Streams RecipeLayout::addDecoders(const Streams &streams)
{
    Streams result = streams;
    std::map<PortRef, PortRef> pools;
    bool isNew = true;
    for (std::size_t t = 0; t < streams.size(); ++t) {
        const Stream &from = streams[t];
        if (!from.isMap)
            continue;
        if (std::exchange(isNew, false))
            nextColumn();
        const bool isShared = std::ranges::count_if(streams, [&](const Stream &other) { return other == from; }) > 1;
        if (isDenseTask(t)) {
            const ParamMap params = {{"channels", options_.decoder}, {"depth", std::int64_t(1)}, {"upsample", from.shrink}};
            result[t].from = {add(stem(t) + "_decoder", "dense_decoder", params, row(t), {{"in", from.from}}), "out"};
            continue;
        }
        if (!pools.contains(from.from))
            pools[from.from] = {add(isShared ? "pool" : stem(t) + "_pool", "global_pool", {}, row(t), {{"in", from.from}}), "out"};
        result[t] = {.from = pools[from.from], .isMap = false};
    }
    return result;
}

std::string RecipeLayout::addHead(const std::string &id, std::size_t task, const Stream &stream)
{
    const BranchParts &parts = partsOf(tasks()[task].kind);
    const ParamMap params = parts.count ? ParamMap{{parts.count, tasks()[task].classes}} : ParamMap{};
    return addToRow(id, parts.head, params, task, {{"in", stream.from}});
}

PortRef RecipeLayout::addLoss(const std::string &id, std::size_t task, const PortRef &prediction)
{
    const std::vector<Link> links = {{"prediction", prediction}, {"label", {data_, "label." + tasks()[task].name}}};
    return {addToRow(id, partsOf(tasks()[task].kind).loss, {}, task, links), "loss"};
}

Stream RecipeLayout::addInitialPrediction(std::size_t task, const Stream &stream, double weight)
{
    Stream from = stream;
    if (stream.isMap && !isDenseTask(task))
        from = {.from = {addToRow(stem(task) + "_initial_pool", "global_pool", {}, task, {{"in", stream.from}}), "out"}, .isMap = false};
    from.from = {addHead(stem(task) + "_initial", task, from), "out"};
    early_.push_back({task, from, weight});
    return from;
}

/// The task's loss, then those of its early predictions in the columns to the right.
std::vector<RecipeLayout::Link> RecipeLayout::addLosses(std::size_t task, const PortRef &prediction)
{
    std::vector<Link> losses = {{"loss.0", addLoss(stem(task) + "_loss", task, prediction)}};
    double weight = 1;
    for (const EarlyPrediction &early : early_) {
        if (early.task != task)
            continue;
        if (losses.size() > 1 && early.weight != weight)
            throw Error("recipe: expected one weight for the early predictions of task '{}', found {} and {}", tasks()[task].name, weight, early.weight);
        weight = early.weight;
        const std::string &head = early.from.from.node;
        PortRef scaled = early.from.from;
        if (early.from.isMap && early.from.shrink > 1)
            scaled = {addToRow(head + "_full", "upsample", {{"factor", early.from.shrink}, {"type", std::string("prediction")}}, task, {{"in", scaled}}), "out"};
        losses.push_back({fmt::format("loss.{}", losses.size()), addLoss(head + "_loss", task, scaled)});
    }
    return losses;
}

} // namespace concord
