// Hard parameter sharing: one trunk that all tasks read, and a branch of its own for each.
#include "core/data/dataset.h"
#include "core/graph/node_block.h"
#include "core/session/recipe.h"

#include <algorithm>
#include <cctype>

namespace concord {

namespace {

constexpr double columnWidth = 240;
constexpr double rowHeight = 120;

struct HpsBranch
{
    const char *head;
    const char *loss;
    const char *count;   ///< the head's parameter for classes or values; null for none
};

HpsBranch hpsBranch(TaskKind kind)
{
    switch (kind) {
    case TaskKind::segmentation:
        return {"segmentation_head", "cross_entropy", "classes"};
    case TaskKind::depth:
        return {"depth_head", "l1", nullptr};
    case TaskKind::normals:
        return {"normals_head", "cosine_normals", nullptr};
    case TaskKind::edges:
        return {"edges_head", "weighted_bce", nullptr};
    case TaskKind::saliency:
        return {"saliency_head", "weighted_bce", nullptr};
    case TaskKind::classification:
        return {"classification_head", "cross_entropy", "classes"};
    case TaskKind::multilabel:
        return {"multilabel_head", "weighted_bce", "classes"};
    case TaskKind::regression:
        return {"regression_head", "l2", "values"};
    }
    return {};
}

/// A node id as like a task's name as the letters allow.
std::string hpsStem(const std::string &task)
{
    std::string stem;
    for (const char c : task)
        stem += std::isalnum(static_cast<unsigned char>(c)) ? char(std::tolower(static_cast<unsigned char>(c))) : '_';
    return stem;
}

/// Grows the graph from left to right, column by column.
class HpsLayout
{
public:
    HpsLayout(Experiment &experiment, const Node &data, double middle)
        : graph_(experiment.graph)
        , middle_(middle)
    {
        Node node = data;
        node.x = 0;
        node.y = middle;
        graph_.nodes.push_back(std::move(node));
    }

    void nextColumn() { x_ += columnWidth; }
    double column() const { return x_; }

    /// A node in this column whose first input is `from`.
    PortRef add(const std::string &stem, const std::string &type, ParamMap params, double y, const PortRef &from, const std::string &to = "in", const std::string &out = "out")
    {
        const std::string id = graph_.freeId(stem);
        graph_.nodes.push_back({.id = id, .type = type, .params = std::move(params), .x = x_, .y = y});
        graph_.edges.push_back({from, {id, to}});
        return {id, out};
    }

    PortRef addShared(const std::string &id, const std::string &type, ParamMap params, const PortRef &from)
    {
        nextColumn();
        return add(id, type, std::move(params), middle_, from);
    }

    void link(const PortRef &from, const PortRef &to) { graph_.edges.push_back({from, to}); }
    TaskGraph &graph() { return graph_; }

private:
    TaskGraph &graph_;
    double middle_;
    double x_ = 0;
};

/// What a task's branch reads.
struct HpsTrunk
{
    PortRef map = {};          ///< features; no node for flat data
    PortRef vector = {};       ///< no node where all tasks are dense
    std::int64_t upsample = 1; ///< from the map back to the image
};

class HardParameterSharing : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of the stem's convolutions; each after the first halves the image while its sides stay even", .min = 1, .max = 8192});
        visitor("blocks", blocks_, {.help = "Residual blocks of the trunk", .min = 1, .max = 64});
        visitor("decoder", decoder_, {.help = "Channels of each dense task's decoder", .min = 1, .max = 8192});
        visitor("hidden", hidden_, {.help = "Widths of the trunk's linear layers, for data that are not images", .min = 1, .max = 65536});
        visitor("method", method_, {.help = "Id of the balance method"});
    }

    Experiment make(const Node &data) const override
    {
        const std::unique_ptr<Block> block = makeBlock(data);
        const auto *set = dynamic_cast<const DataBlock *>(block.get());
        if (!set)
            throw Error("recipe hps: expected a data set, found '{}'", data.type);
        if (channels_.empty() || hidden_.empty())
            throw Error("recipe hps: expected at least one number in channels and hidden, found none");
        const DatasetInfo info = set->describe();
        Experiment experiment;
        experiment.name = "Hard parameter sharing, " + data.type;
        experiment.description = "One shared trunk and a branch of its own for each task (Caruana, Machine Learning 1997).";
        HpsLayout layout(experiment, data, rowHeight * double(info.tasks.size() - 1) / 2);
        const HpsTrunk trunk = info.image.size() == 3 ? imageTrunk(layout, data.id, info) : flatTrunk(layout, data.id);
        addBranches(layout, trunk, data.id, info);
        return experiment;
    }

private:
    HpsTrunk imageTrunk(HpsLayout &layout, const std::string &data, const DatasetInfo &info) const
    {
        // A side that is not a multiple of the stride would not come back to its size.
        std::vector<std::int64_t> strides(channels_.size(), 1);
        HpsTrunk trunk;
        for (std::size_t i = 1; i < strides.size(); ++i)
            if (info.image[1] % (2 * trunk.upsample) == 0 && info.image[2] % (2 * trunk.upsample) == 0) {
                strides[i] = 2;
                trunk.upsample *= 2;
            }
        const PortRef stem = layout.addShared("stem", "conv_stack", {{"channels", channels_}, {"strides", strides}}, {data, "image"});
        trunk.map = layout.addShared("trunk", "residual_stage", {{"channels", channels_.back()}, {"blocks", blocks_}, {"stride", std::int64_t(1)}}, stem);
        if (std::ranges::any_of(info.tasks, [](const TaskInfo &task) { return !isDense(task.kind); }))
            trunk.vector = layout.addShared("pool", "global_pool", {}, trunk.map);
        return trunk;
    }

    HpsTrunk flatTrunk(HpsLayout &layout, const std::string &data) const
    {
        return {.map = {}, .vector = layout.addShared("trunk", "mlp", {{"hidden", hidden_}}, {data, "image"})};
    }

    void addBranches(HpsLayout &layout, const HpsTrunk &trunk, const std::string &data, const DatasetInfo &info) const
    {
        const bool anyDense = std::ranges::any_of(info.tasks, [](const TaskInfo &task) { return isDense(task.kind); });
        std::vector<PortRef> ends;
        std::vector<std::string> stems;
        const auto row = [](std::size_t t) { return rowHeight * double(t); };
        layout.nextColumn();
        for (std::size_t t = 0; t < info.tasks.size(); ++t) {
            const bool dense = isDense(info.tasks[t].kind);
            stems.push_back(hpsStem(info.tasks[t].name));
            ends.push_back(!dense ? trunk.vector
                                  : layout.add(stems[t] + "_decoder", "dense_decoder", {{"channels", decoder_}, {"depth", std::int64_t(1)}, {"upsample", trunk.upsample}}, row(t), trunk.map));
        }
        if (anyDense)
            layout.nextColumn();
        for (std::size_t t = 0; t < info.tasks.size(); ++t) {
            const HpsBranch branch = hpsBranch(info.tasks[t].kind);
            ends[t] = layout.add(stems[t] + "_head", branch.head, branch.count ? ParamMap{{branch.count, info.tasks[t].classes}} : ParamMap{}, row(t), ends[t]);
        }
        layout.nextColumn();
        for (std::size_t t = 0; t < info.tasks.size(); ++t) {
            ends[t] = layout.add(stems[t] + "_loss", hpsBranch(info.tasks[t].kind).loss, {}, row(t), ends[t], "prediction", "loss");
            layout.link({data, "label." + info.tasks[t].name}, {ends[t].node, "label"});
        }
        layout.nextColumn();
        const std::string balance = layout.graph().freeId("balance");
        layout.graph().nodes.push_back({.id = balance, .type = "balance", .params = {{"method", method_}}, .x = layout.column(), .y = rowHeight * double(info.tasks.size() - 1) / 2});
        for (std::size_t t = 0; t < ends.size(); ++t)
            layout.link(ends[t], {balance, fmt::format("loss.{}", t)});
    }

    std::vector<std::int64_t> channels_ = {24, 48, 64};
    std::int64_t blocks_ = 2;
    std::int64_t decoder_ = 32;
    std::vector<std::int64_t> hidden_ = {256, 256};
    std::string method_ = "equal";
};

} // namespace

static const Register<Recipe, HardParameterSharing> registeredHardParameterSharing{Card{
    .id = "hps",
    .title = "Hard parameter sharing",
    .category = "Recipes",
    .summary = "One shared trunk, and a decoder or head of its own for each task of the data set.",
    .paper = "Caruana, Machine Learning 1997",
    .claims = {},
    .fidelity = "exact",
}};

} // namespace concord
