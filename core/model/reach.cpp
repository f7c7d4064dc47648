#include "core/model/reach.h"

#include <algorithm>
#include <iterator>

namespace concord {

std::vector<int> mergeTasks(const std::vector<int> &a, const std::vector<int> &b)
{
    std::vector<int> result;
    std::ranges::set_union(a, b, std::back_inserter(result));
    return result;
}

std::vector<std::vector<std::vector<int>>> taskReach(const std::vector<ModelNode> &nodes, const std::vector<ModelTask> &tasks)
{
    std::vector<std::vector<std::vector<int>>> reach;
    for (const ModelNode &node : nodes)
        reach.emplace_back(std::size_t(node.outputCount));
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        const auto mark = [&](const ModelNode::Source &source) {
            std::vector<int> &reached = reach[std::size_t(source.node)][std::size_t(source.output)];
            reached = mergeTasks(reached, {int(t)});
        };
        mark(tasks[t].prediction);
        for (const ModelTask::Early &early : tasks[t].early)
            mark(early.prediction);
    }

    // Nodes are in topological order: from the back, all consumers of a node are done before it.
    for (std::size_t n = nodes.size(); n-- > 0;) {
        const ModelNode &node = nodes[n];
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const ModelNode::Source &source = node.inputs[i];
            if (source.node < 0)
                continue;
            std::vector<int> &upstream = reach[std::size_t(source.node)][std::size_t(source.output)];
            for (std::size_t o = 0; o < reach[n].size(); ++o)
                if (node.layer->connects(i, o))
                    upstream = mergeTasks(upstream, reach[n][o]);
        }
    }
    return reach;
}

} // namespace concord
