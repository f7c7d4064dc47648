#pragma once

#include "core/data/dataset.h"
#include "core/graph/analysis.h"
#include "core/model/layer.h"

#include <memory>
#include <string>
#include <vector>

namespace concord {

class LossBlock;

struct ModelOptions
{
    std::string device = "cpu";
    bool channelsLast = true;
    std::uint64_t seed = 1;
};

/// One compiled node. Sources index into the model's nodes; −1 is the data node's image.
struct ModelNode
{
    struct Source
    {
        int node = -1;     ///< −1: the image; −2: not linked
        int output = 0;
    };

    std::string id;
    std::shared_ptr<Layer> layer;
    std::vector<Source> inputs;
    int outputCount = 1;
    std::vector<int> tasks;                ///< indices of tasks that this node reaches
    int upsampleAfter = 0;                 ///< a deferred upsampling applied to its output, 0 = none
    bool frozen = false;                   ///< its parameters and statistics stay as they are
};

struct ModelTask
{
    TaskInfo info;
    ModelNode::Source prediction;
    std::shared_ptr<const LossBlock> loss;
    int label = 0;                         ///< index into DatasetInfo::tasks

    /// Deep supervision: further losses on earlier predictions.
    struct Early
    {
        ModelNode::Source prediction;
        std::shared_ptr<const LossBlock> loss;
        double weight = 1;
    };
    std::vector<Early> early = {};
};

/// A parameter with the tasks whose loss it reaches; shared when these are two or more.
struct ModelParameter
{
    std::string name;                      ///< "<node>.<parameter>"
    int node = 0;
    at::Tensor value;
    std::vector<int> tasks;                ///< none for a frozen one: it is not trained
};

/// The values of one forward pass. Segmented: every node's inputs are detached leaves, so that the gradient engine walks the
/// nodes itself; whole: one autograd graph.
struct Forward
{
    struct NodeValues
    {
        std::vector<at::Tensor> inputs;
        std::vector<at::Tensor> outputs;
    };
    std::vector<NodeValues> nodes;
    std::vector<at::Tensor> predictions;   ///< one per task
    std::vector<std::vector<at::Tensor>> early;   ///< per task those of its earlier predictions that have a loss
    /// Segmented: the leaf that each task's prediction-side subgraph reads in place of a shared node's output is found in
    /// nodes[consumer].inputs; its gradient is the cut gradient.
};

/// A task graph made trainable.
class Model
{
public:
    /// The graph must be runnable; throws Error (device not there, out of memory).
    static std::unique_ptr<Model> compile(const TaskGraph &graph, const Analysis &analysis, const DatasetInfo &data, const ModelOptions &options);

    /// image [N, C, H, W] or [N, F] on the model's device, not normalised (the model subtracts mean, divides by deviation).
    Forward forward(const at::Tensor &image, bool segmented = false);

    void setTraining(bool training);

    /// Leaves these nodes' parameters and statistics as they are from now on. Throws Error for an id without a layer.
    void freeze(const std::vector<std::string> &nodes);

    /// For each parameter what its learning rate is multiplied by, from texts "node=factor"; 1 for nodes that are not named. Throws Error for
    /// another text and for an id without a layer.
    std::vector<double> rateFactors(const std::vector<std::string> &texts) const;

    const std::vector<ModelNode> &nodes() const { return nodes_; }          ///< topological
    const std::vector<ModelTask> &tasks() const { return tasks_; }
    const std::vector<ModelParameter> &parameters() const { return parameters_; }
    std::vector<std::pair<std::string, at::Tensor>> buffers() const;        ///< "<node>.<buffer>"
    const at::Device &device() const { return device_; }
    at::Generator &generator() { return generator_; }                       ///< dropout's; part of a checkpoint

    const at::Tensor &mean() const { return mean_; }                        ///< [C, 1, 1] or [F]; undefined for none
    const at::Tensor &deviation() const { return deviation_; }

private:
    /// The index in nodes(); `what` is the part of the plan that names it.
    int trainedNode(const std::string &id, const char *what) const;

    std::vector<ModelNode> nodes_;
    std::vector<ModelTask> tasks_;
    std::vector<ModelParameter> parameters_;
    at::Device device_ = at::kCPU;
    at::Generator generator_;
    at::Tensor mean_;
    at::Tensor deviation_;
    bool channelsLast_ = true;
};

} // namespace concord
