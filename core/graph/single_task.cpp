#include "core/graph/single_task.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/graph/analysis.h"

#include <algorithm>

namespace concord {

Experiment singleTask(const Experiment &experiment, const std::string &task)
{
    const Analysis analysis = analyse(experiment.graph);
    const auto wanted = std::ranges::find(analysis.tasks, task, [](const GraphTask &each) { return each.info.name; });
    if (wanted == analysis.tasks.end()) {
        std::vector<std::string> names;
        for (const GraphTask &each : analysis.tasks)
            names.push_back(each.info.name);
        throw Error("unknown task '{}'{}; expected one of: {}", task, didYouMean(task, names), join(names, ", "));
    }
    const int index = int(wanted - analysis.tasks.begin());
    const auto stays = [&](const std::string &id) {
        const auto facts = analysis.nodes.find(id);
        return facts != analysis.nodes.end() && std::ranges::count(facts->second.tasks, index) > 0;
    };
    Experiment single = experiment;
    single.name = "single: " + task;
    std::erase_if(single.graph.nodes, [&](const Node &node) { return !stays(node.id); });
    std::erase_if(single.graph.edges, [&](const Edge &edge) {
        return !stays(edge.from.node) || !stays(edge.to.node) || (edge.to.node == analysis.balanceNode && edge.from.node != wanted->balanced());
    });
    for (Edge &edge : single.graph.edges)
        if (edge.to.node == analysis.balanceNode)
            edge.to.port = portStem(edge.to.port) + ".0";
    if (Node *balance = single.graph.find(analysis.balanceNode))
        balance->params = {{"method", std::string("equal")}};
    return single;
}

} // namespace concord
