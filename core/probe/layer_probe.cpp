#include "core/probe/layer_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace concord {

namespace {

/// On how many ways through the graph each output of each node reaches each task. Behind a place where tasks mix an output reaches all of
/// them, but its own on more ways than the others.
using PathCounts = std::vector<std::vector<std::vector<double>>>; ///< [node][output][task]

PathCounts pathCounts(const Model &model)
{
    const std::vector<ModelNode> &nodes = model.nodes();
    const std::size_t tasks = model.tasks().size();
    PathCounts paths;
    for (const ModelNode &node : nodes)
        paths.emplace_back(std::size_t(node.outputCount), std::vector<double>(tasks, 0.0));
    const auto at = [&](const ModelNode::Source &source) -> std::vector<double> & { return paths[std::size_t(source.node)][std::size_t(source.output)]; };
    for (std::size_t task = 0; task < tasks; ++task) {
        const ModelTask &known = model.tasks()[task];
        if (known.prediction.node >= 0)
            at(known.prediction)[task] += 1;
        for (const ModelTask::Early &early : known.early)
            if (early.prediction.node >= 0)
                at(early.prediction)[task] += 1;
    }
    // Nodes are in topological order: from the back, all consumers of a node are done before it.
    for (std::size_t n = nodes.size(); n-- > 0;)
        for (std::size_t input = 0; input < nodes[n].inputs.size(); ++input) {
            if (nodes[n].inputs[input].node < 0)
                continue;
            for (std::size_t output = 0; output < paths[n].size(); ++output)
                if (nodes[n].layer->connects(input, output))
                    for (std::size_t task = 0; task < tasks; ++task)
                        at(nodes[n].inputs[input])[task] += paths[n][output][task];
        }
    return paths;
}

/// The task of each of a node's outputs, or −1. Where tasks mix evenly, ports that are as many as the tasks stand in their order.
std::vector<int> outputTasks(const std::vector<std::vector<double>> &paths)
{
    std::vector<int> result;
    for (std::size_t output = 0; output < paths.size(); ++output) {
        const std::vector<double> &counts = paths[output];
        const auto most = std::ranges::max_element(counts);
        if (most != counts.end() && *most > 0 && std::ranges::count(counts, *most) == 1)
            result.push_back(int(most - counts.begin()));
        else
            result.push_back(paths.size() >= counts.size() && output < counts.size() ? int(output) : -1);
    }
    return result;
}

/// "task 1, expert 0" → "depth, expert 0", "task 0 from 1" → "normals from depth". Layers know their tasks by number only.
std::string namedTasks(const std::string &text, const std::vector<std::string> &names)
{
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        bool replaced = false;
        for (const std::string word : {"task ", "from ", "for "}) {
            const std::size_t digits = at + word.size();
            if (text.compare(at, word.size(), word) != 0 || (at > 0 && text[at - 1] != ' ') || digits >= text.size() || !std::isdigit(static_cast<unsigned char>(text[digits])))
                continue;
            std::size_t end = digits;
            while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])))
                ++end;
            const std::string number = text.substr(digits, end - digits);
            for (std::size_t index = 0; index < names.size() && !replaced; ++index)
                if (!names[index].empty() && number == std::to_string(index)) {
                    result += (word == "task " ? std::string() : word) + names[index];
                    at = end;
                    replaced = true;
                }
            break;
        }
        if (!replaced)
            result += text[at++];
    }
    return result;
}

} // namespace

std::vector<ProbeEvent> layerProbes(const Model &model, std::int64_t step)
{
    std::vector<ProbeEvent> events;
    PathCounts paths;
    for (std::size_t n = 0; n < model.nodes().size(); ++n) {
        const std::vector<Layer::Probe> probes = model.nodes()[n].layer->probes();
        if (probes.empty())
            continue;
        if (paths.empty())
            paths = pathCounts(model);
        std::vector<std::string> names;
        for (const int task : outputTasks(paths[n]))
            names.push_back(task < 0 ? std::string() : model.tasks()[std::size_t(task)].info.name);
        for (const Layer::Probe &probe : probes) {
            if (!probe.values.defined() || probe.values.numel() != std::int64_t(probe.rows.size() * probe.columns.size()))
                continue;
            ProbeEvent event{.step = step, .node = model.nodes()[n].id, .name = probe.name};
            for (const std::string &row : probe.rows)
                event.rows.push_back(namedTasks(row, names));
            for (const std::string &column : probe.columns)
                event.columns.push_back(namedTasks(column, names));
            const at::Tensor values = probe.values.detach().to(at::kCPU, at::kFloat).contiguous();
            event.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
            events.push_back(std::move(event));
        }
    }
    return events;
}

} // namespace concord
