#include "core/model/model.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/resample.h"

#include <algorithm>

namespace concord {

Forward Model::forward(const at::Tensor &image, bool segmented)
{
    at::Tensor normalised = mean_.defined() ? (image - mean_) / deviation_ : image;
    if (channelsLast_ && normalised.dim() == 4)
        normalised = normalised.contiguous(at::MemoryFormat::ChannelsLast);

    Forward result;
    result.nodes.resize(nodes_.size());
    const auto read = [&](const ModelNode::Source &source) {
        if (source.node == -2)
            return at::Tensor();
        if (source.node == -1)
            return normalised;
        const at::Tensor &value = result.nodes[std::size_t(source.node)].outputs[std::size_t(source.output)];
        return segmented && value.is_floating_point() ? value.detach().requires_grad_(true) : value;
    };

    for (std::size_t n = 0; n < nodes_.size(); ++n) {
        const ModelNode &node = nodes_[n];
        Forward::NodeValues &values = result.nodes[n];
        for (const ModelNode::Source &source : node.inputs)
            values.inputs.push_back(read(source));
        values.outputs = node.layer->forward(values.inputs);
        if (node.upsampleAfter > 1)
            for (at::Tensor &output : values.outputs)
                output = upsampleBilinear(output, node.upsampleAfter);
    }
    const auto valueOf = [&result](const ModelNode::Source &source) { return result.nodes[std::size_t(source.node)].outputs[std::size_t(source.output)]; };
    for (const ModelTask &task : tasks_) {
        result.predictions.push_back(valueOf(task.prediction));
        std::vector<at::Tensor> &early = result.early.emplace_back();
        for (const ModelTask::Early &each : task.early)
            early.push_back(valueOf(each.prediction));
    }
    return result;
}

void Model::setTraining(bool training)
{
    for (const ModelNode &node : nodes_)
        node.layer->setTraining(training && !node.frozen);
}

void Model::freeze(const std::vector<std::string> &nodes)
{
    for (const std::string &entry : nodes) {
        const std::string id = trim(entry);
        const auto node = std::ranges::find(nodes_, id, &ModelNode::id);
        if (node == nodes_.end()) {
            std::vector<std::string> known;
            for (const ModelNode &each : nodes_)
                known.push_back(each.id);
            throw Error("plan.freeze: expected ids of trained nodes, found '{}'{}", id, didYouMean(id, known));
        }
        node->frozen = true;
        node->layer->setTraining(false);
        for (ModelParameter &parameter : parameters_)
            if (parameter.node == int(node - nodes_.begin())) {
                parameter.value.set_requires_grad(false);
                parameter.tasks.clear();
            }
    }
}

std::vector<std::pair<std::string, at::Tensor>> Model::buffers() const
{
    std::vector<std::pair<std::string, at::Tensor>> result;
    for (const ModelNode &node : nodes_)
        for (const Layer::Buffer &buffer : node.layer->buffers())
            result.emplace_back(node.id + "." + buffer.name, buffer.value);
    return result;
}

} // namespace concord
