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
                output = upsampleBilinear(output.to(at::kFloat), node.upsampleAfter);   // losses take float32
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

int Model::trainedNode(const std::string &id, const char *what) const
{
    const auto node = std::ranges::find(nodes_, id, &ModelNode::id);
    if (node != nodes_.end())
        return int(node - nodes_.begin());
    std::vector<std::string> known;
    for (const ModelNode &each : nodes_)
        known.push_back(each.id);
    throw Error("{}: expected ids of trained nodes, found '{}'{}", what, id, didYouMean(id, known));
}

void Model::freeze(const std::vector<std::string> &nodes)
{
    for (const std::string &entry : nodes) {
        const int index = trainedNode(trim(entry), "plan.freeze");
        ModelNode &node = nodes_[std::size_t(index)];
        node.frozen = true;
        node.layer->setTraining(false);
        for (ModelParameter &parameter : parameters_)
            if (parameter.node == index) {
                parameter.value.set_requires_grad(false);
                parameter.tasks.clear();
            }
    }
}

std::vector<double> Model::rateFactors(const std::vector<std::string> &texts) const
{
    std::vector<double> result(parameters_.size(), 1);
    for (const std::string &text : texts) {
        const std::vector<std::string> parts = split(text, '=');
        const std::optional<double> factor = parts.size() == 2 ? numberIn(trim(parts[1])) : std::nullopt;
        if (!factor || *factor < 0)
            throw Error("plan.rates: expected a node and a factor that is not negative, as stitch1=10, found '{}'", trim(text));
        const int node = trainedNode(trim(parts[0]), "plan.rates");
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            if (parameters_[i].node == node)
                result[i] = *factor;
    }
    return result;
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
