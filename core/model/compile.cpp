// TaskGraph → Model: layers in topological order, wired by index, initialised, moved to the device.
#include "core/base/random.h"
#include "core/graph/node_block.h"
#include "core/model/device.h"
#include "core/model/generator.h"
#include "core/model/model.h"
#include "core/model/pretrained.h"
#include "core/model/reach.h"
#include "core/objective/loss_block.h"
#include "core/objective/loss_sum.h"

#include <algorithm>
#include <string_view>

namespace concord {

namespace {

/// Each node's start depends on the seed and its own id only, so that editing one node leaves the others' as they were.
std::uint64_t initialSeed(std::uint64_t seed, const std::string &node)
{
    std::uint64_t hash = 0xcbf29ce484222325;   // FNV-1a
    for (const char c : node)
        hash = (hash ^ std::uint64_t(static_cast<unsigned char>(c))) * 0x100000001b3;
    return Random(seed, hash).bits();
}

class GraphCompiler
{
public:
    GraphCompiler(const TaskGraph &graph, const Analysis &analysis)
        : graph_(graph)
        , analysis_(analysis)
    {
        for (const Edge &edge : graph.edges)
            sourceOf_[edge.to] = edge.from;
        for (const GraphTask &task : analysis.tasks) {
            lossNodes_.push_back(task.lossNode);
            lossNodes_.push_back(task.balanced());
            for (const GraphTask::EarlyLoss &early : task.early)
                lossNodes_.push_back(early.lossNode);
        }
    }

    std::vector<ModelNode> nodes()
    {
        std::vector<ModelNode> result;
        for (const std::string &id : analysis_.order) {
            const NodeFacts &facts = analysis_.nodes.at(id);
            const bool hasLayer = id != analysis_.dataNode && id != analysis_.balanceNode && std::ranges::find(lossNodes_, id) == lossNodes_.end();
            if (!hasLayer || facts.tasks.empty() || !facts.block)
                continue;
            ModelNode node;
            node.id = id;
            node.layer = facts.block->build({.inputs = facts.inputTypes, .outputs = facts.outputTypes});
            if (!node.layer)
                throw Error("node '{}': expected a block with a trainable layer between data and loss, found '{}'", id, facts.title);
            for (const Port &port : facts.inputs)
                node.inputs.push_back(source({id, port.id}));
            node.outputCount = int(facts.outputs.size());
            indexOf_[id] = int(result.size());
            result.push_back(std::move(node));
        }
        return result;
    }

    std::vector<ModelTask> tasks(const DatasetInfo &data) const
    {
        std::vector<ModelTask> result;
        for (const GraphTask &task : analysis_.tasks) {
            ModelTask entry;
            entry.info = task.info;
            entry.prediction = locate(task.prediction);
            const auto label = std::ranges::find_if(data.tasks, [&](const TaskInfo &info) { return "label." + info.name == task.label.port; });
            if (label == data.tasks.end())
                throw Error("task '{}': expected a label of the data set, found '{}'", task.info.name, task.label.port);
            entry.label = int(label - data.tasks.begin());
            entry.loss = makeLoss(task.lossNode, *label);
            if (!entry.loss || entry.prediction.node < 0)
                throw Error("task '{}': expected a loss on a trainable prediction, found none at '{}'", task.info.name, task.lossNode);
            for (const GraphTask::EarlyLoss &early : task.early) {
                entry.early.push_back({locate(early.prediction), makeLoss(early.lossNode, *label), earlyWeight(task.sumNode)});
                if (!entry.early.back().loss || entry.early.back().prediction.node < 0)
                    throw Error("task '{}': expected a loss on a trainable prediction, found none at '{}'", task.info.name, early.lossNode);
            }
            result.push_back(std::move(entry));
        }
        return result;
    }

private:
    double earlyWeight(const std::string &sumNode) const
    {
        const auto *sum = dynamic_cast<const LossSum *>(analysis_.nodes.at(sumNode).block.get());
        if (!sum)
            throw Error("node '{}': expected a sum of losses, found '{}'", sumNode, analysis_.nodes.at(sumNode).title);
        return sum->earlyWeight();
    }

    ModelNode::Source source(const PortRef &input) const
    {
        const auto it = sourceOf_.find(input);
        return it == sourceOf_.end() ? ModelNode::Source{.node = -2} : locate(it->second);
    }

    ModelNode::Source locate(const PortRef &output) const
    {
        if (output.node == analysis_.dataNode)
            return {.node = -1};
        const auto index = indexOf_.find(output.node);
        if (index == indexOf_.end())
            return {.node = -2};
        const std::vector<Port> &ports = analysis_.nodes.at(output.node).outputs;
        const auto port = std::ranges::find(ports, output.port, &Port::id);
        return {.node = index->second, .output = int(port - ports.begin())};
    }

    /// Of our own, because it is told its task.
    std::shared_ptr<const LossBlock> makeLoss(const std::string &node, const TaskInfo &label) const
    {
        std::shared_ptr<Block> block = makeBlock(*graph_.find(node));
        auto loss = std::dynamic_pointer_cast<LossBlock>(block);
        if (loss)
            loss->setTask(label);
        return loss;
    }

    const TaskGraph &graph_;
    const Analysis &analysis_;
    std::map<PortRef, PortRef> sourceOf_;
    std::map<std::string, int> indexOf_;
    std::vector<std::string> lossNodes_;
};

/// Moves bilinear upsampling behind the heads where pointwise heads are all that reads it: they then work on the small map.
void deferUpsampling(std::vector<ModelNode> &nodes, const std::vector<ModelTask> &tasks)
{
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        const int factor = nodes[n].layer->trailingUpsample();
        const auto reads = [n](const ModelNode::Source &source) { return source.node == int(n); };
        const auto supervises = [&](const ModelTask &task) { return reads(task.prediction) || std::ranges::any_of(task.early, reads, &ModelTask::Early::prediction); };
        if (factor <= 1 || std::ranges::any_of(tasks, supervises))
            continue;
        std::vector<ModelNode *> readers;
        for (ModelNode &node : nodes)
            if (std::ranges::any_of(node.inputs, reads))
                readers.push_back(&node);
        if (readers.empty() || !std::ranges::all_of(readers, [](const ModelNode *node) { return node->layer->isPointwise() && node->inputs.size() == 1; }))
            continue;
        nodes[n].layer->setUpsampleDeferred(true);
        for (ModelNode *reader : readers)
            reader->upsampleAfter = factor;
    }
}

void placeLayer(Layer &layer, const at::Device &device, bool channelsLast)
{
    const at::NoGradGuard noGrad;
    for (Layer::Parameter &parameter : layer.parameters()) {
        at::Tensor value = parameter.value.detach().to(device);
        if (channelsLast && value.dim() == 4)
            value = value.contiguous(at::MemoryFormat::ChannelsLast);
        parameter.value = value.set_requires_grad(true);
    }
    for (Layer::Buffer &buffer : layer.buffers())
        buffer.value = buffer.value.to(device);
}

std::vector<ModelParameter> listParameters(std::vector<ModelNode> &nodes, const std::vector<std::vector<std::vector<int>>> &reach)
{
    std::vector<ModelParameter> result;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        for (const Layer::Parameter &parameter : nodes[n].layer->parameters()) {
            std::vector<int> tasks = parameter.outputs.empty() ? nodes[n].tasks : std::vector<int>();
            for (const int output : parameter.outputs)
                tasks = mergeTasks(tasks, reach[n][std::size_t(output)]);
            result.push_back({.name = nodes[n].id + "." + parameter.name, .node = int(n), .value = parameter.value, .tasks = tasks});
        }
    }
    return result;
}

/// Per channel [C, 1, 1] or per feature [F]; undefined for none.
at::Tensor channelConstants(const std::vector<float> &values, const Shape &image, const at::Device &device)
{
    if (values.empty())
        return {};
    at::Tensor result = at::empty({std::int64_t(values.size())}, at::kFloat);
    std::ranges::copy(values, result.data_ptr<float>());
    return (image.size() == 3 ? result.view({-1, 1, 1}) : result).to(device);
}

} // namespace

std::unique_ptr<Model> Model::compile(const TaskGraph &graph, const Analysis &analysis, const DatasetInfo &data, const ModelOptions &options)
{
    auto model = std::make_unique<Model>();
    model->device_ = findDevice(options.device);
    model->channelsLast_ = options.channelsLast;
    model->generator_ = makeGenerator(model->device_, Random(options.seed, 1).bits());
    try {
        GraphCompiler compiler(graph, analysis);
        model->nodes_ = compiler.nodes();
        model->tasks_ = compiler.tasks(data);
        WeightFiles weights;
        for (const ModelNode &node : model->nodes_) {
            node.layer->initialise(makeGenerator(at::kCPU, initialSeed(options.seed, node.id)));
            const auto *pretrained = dynamic_cast<const PretrainedBlock *>(analysis.nodes.at(node.id).block.get());
            if (pretrained && !pretrained->weightsFile().empty())
                weights.load(node.id, *pretrained, *node.layer);
            node.layer->setGenerator(model->generator_);
            placeLayer(*node.layer, model->device_, options.channelsLast);
        }
        std::vector<float> deviation = data.deviation;
        if (deviation.empty())
            deviation.resize(data.mean.size(), 1);
        std::ranges::replace_if(deviation, [](float value) { return !(value > 0); }, 1.0F);   // a constant channel
        model->mean_ = channelConstants(data.mean, data.image, model->device_);
        model->deviation_ = channelConstants(deviation, data.image, model->device_);
    } catch (const c10::Error &error) {
        const std::string_view what = error.what_without_backtrace();
        if (what.find("allocate") == what.npos && what.find("out of memory") == what.npos)
            throw;
        throw Error("model: expected room for {} parameters on device '{}', found too little memory", analysis.parameters, options.device);
    } catch (const std::bad_alloc &) {
        throw Error("model: expected room for {} parameters, found too little memory", analysis.parameters);
    }

    deferUpsampling(model->nodes_, model->tasks_);
    const auto reach = taskReach(model->nodes_, model->tasks_);
    for (std::size_t n = 0; n < model->nodes_.size(); ++n)
        for (const std::vector<int> &tasks : reach[n])
            model->nodes_[n].tasks = mergeTasks(model->nodes_[n].tasks, tasks);
    model->parameters_ = listParameters(model->nodes_, reach);
    return model;
}

} // namespace concord
