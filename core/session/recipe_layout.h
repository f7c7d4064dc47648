#pragma once

#include "core/data/dataset.h"
#include "core/session/recipe.h"

#include <map>

namespace concord {

/// Features on their way from the data to a task: where they come from, and how much smaller than the image they are.
struct Stream
{
    PortRef from = {};
    std::int64_t shrink = 1;
    bool isMap = true;

    bool operator==(const Stream &) const = default;
};

/// One per task, in the order of the tasks.
using Streams = std::vector<Stream>;

/// Grows a task graph from left to right: the data node, columns of nodes that a recipe adds, and the end that all recipes share (decoders,
/// heads, losses, balance). A task's nodes lie in its row, shared ones in the middle of all rows; links go to the right.
class RecipeLayout
{
public:
    RecipeLayout(const Node &data, DatasetInfo info, const RecipeOptions &options);

    const std::vector<TaskInfo> &tasks() const { return info_.tasks; }
    const RecipeOptions &options() const { return options_; }
    bool hasImages() const { return info_.image.size() == 3; }
    const Shape &image() const { return info_.image; }
    bool isDenseTask(std::size_t task) const { return predictsMap(info_.tasks[task].kind); }

    /// "vector" or "features": the parameter of blocks that take either.
    std::string type() const { return hasImages() ? "features" : "vector"; }

    /// The data node's image, or vector.
    Stream input() const;

    /// The task's name as a node id.
    const std::string &stem(std::size_t task) const { return stems_[task]; }

    double row(std::size_t task) const;
    double middle() const;
    double above() const;   ///< over the first row: for a trunk beside the tasks' own nodes

    void nextColumn();

    /// Nodes that are added from now on belong to the group of that title, which a person can collapse to one node; "" ends it.
    void setFrame(const std::string &title) { frame_ = title; }

    struct Link
    {
        std::string to = {};   ///< port of the new node
        PortRef from = {};
    };

    /// A node in this column.
    std::string add(const std::string &stem, const std::string &type, ParamMap params, double y, const std::vector<Link> &links);

    /// Stages of the plain network: convolutions, then residual stages; for flat data linear layers.
    std::size_t stages() const;
    /// The shrinking that stage `stage` may do on `from`: 2 while both sides stay even, and not at the first stage.
    std::int64_t stride(std::size_t stage, const Stream &from) const;
    std::int64_t width(std::size_t stage) const;
    /// Stage `stage` as one node "<stem>_stage<n>" in this column.
    Stream addStage(const std::string &stem, std::size_t stage, const Stream &from, double y);

    /// In the next column, that stage for each task in its own row.
    Streams addStages(std::size_t stage, const Streams &streams);
    /// `units` residual blocks, or linear layers, of the last stage's width that keep the size, as one node in this column.
    Stream addUnits(const std::string &stem, std::int64_t units, const Stream &from, double y);

    /// All stages at once as one node "<stem>" of convolutions, or of linear layers; a ResNet as one node per stage, each in a column.
    Stream addStem(const std::string &stem, const Stream &from, double y);

    /// In the next column, a node of repeating ports "in" and "out" that all streams go through.
    Streams addSharing(const std::string &stem, const std::string &type, ParamMap params, const Streams &streams);

    /// Deep supervision: an early prediction of `task` from `stream`, made by a head "<task>_initial" (a second one gets a number) in this
    /// column at the stream's own size. The loss on it, of the prediction brought to the label's size, is added by `finish` to the task's
    /// loss with `weight`. Returns the prediction's port as a stream; images only for dense tasks, pooled before the head for others.
    Stream addInitialPrediction(std::size_t task, const Stream &stream, double weight = 1);

    /// Decoders or pooling, heads, losses and the balance node; one stream per task.
    void finish(const Streams &streams);

    /// The parts of `finish`, for recipes with heads of their own or with something between heads and losses: in the next column a decoder or a
    /// pooling for each stream that is a map; the usual head of a task in this column; in the next columns losses on predictions, and the balance node.
    Streams addDecoders(const Streams &streams);
    std::string addHead(const std::string &id, std::size_t task, const Stream &stream);
    void finishPredictions(const Streams &predictions);

    /// How the system is trained, where the default plan does not do: optimiser, schedule, learning rates of nodes, frozen ones.
    Plan &plan() { return plan_; }

    /// The nodes so far, the data node first.
    TaskGraph &graph() { return graph_; }

    TaskGraph take() { return std::move(graph_); }

    /// The stages are ResNet-18's.
    bool isResNet() const;

private:
    struct EarlyPrediction
    {
        std::size_t task = 0;
        Stream from = {};
        double weight = 1;
    };

    PortRef addLoss(const std::string &id, std::size_t task, const PortRef &prediction);
    std::vector<Link> addLosses(std::size_t task, const PortRef &prediction);
    /// In the first column from this one on that is free in the task's row.
    std::string addToRow(const std::string &stem, const std::string &type, ParamMap params, std::size_t task, const std::vector<Link> &links);

    TaskGraph graph_;
    Plan plan_;
    DatasetInfo info_;
    RecipeOptions options_;
    std::string data_;
    std::vector<std::string> stems_;
    std::string frame_;
    std::vector<EarlyPrediction> early_;
    double x_ = 0;
    double right_ = 0;   ///< of all that rows have
};

} // namespace concord
