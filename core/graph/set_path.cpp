#include "core/base/text.h"
#include "core/graph/experiment.h"
#include "core/graph/node_block.h"

#include <algorithm>
#include <charconv>

namespace concord {

namespace {

/// For parameters whose list is not known here: a truth value, a whole number, a number, else the text itself.
ParamValue guessValue(const std::string &text)
{
    if (text == "true" || text == "false")
        return text == "true";
    const char *end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto [stop, error] = std::from_chars(text.data(), end, whole); error == std::errc() && stop == end)
        return whole;
    if (const std::optional<double> number = numberIn(text))
        return *number;
    return text;
}

void setPlanPath(Plan &plan, const std::string &name, const std::string &text)
{
    for (const bool optimiser : {true, false}) {
        const std::string prefix = optimiser ? "optimiser." : "schedule.";
        if (!name.starts_with(prefix) || name.size() == prefix.size())
            continue;
        const std::string param = name.substr(prefix.size());
        ParamMap &map = optimiser ? plan.optimiserParams : plan.scheduleParams;
        if (param == "id")
            (optimiser ? plan.optimiser : plan.schedule) = text;
        else if (text.empty())
            map.erase(param);
        else
            map[param] = guessValue(text);
        return;
    }
    std::vector<std::string> known;
    for (const ParamSpec &spec : listParams(plan)) {
        if (spec.name == name) {
            setParams(plan, {{name, parseParam(text, spec.value, "plan." + name)}}, "plan");
            return;
        }
        known.push_back("plan." + spec.name);
    }
    known.insert(known.end(), {"plan.optimiser.<parameter>", "plan.schedule.<parameter>"});
    throw Error("unknown path 'plan.{}'{}; expected one of: {}", name, didYouMean("plan." + name, known), join(known, ", "));
}

void setNodePath(Node &node, const std::string &path, const std::string &param, const std::string &text)
{
    const std::unique_ptr<Block> block = makeBlock(node);
    if (!block) {
        const auto present = node.params.find(param);
        node.params[param] = present == node.params.end() ? guessValue(text) : parseParam(text, present->second, path);
        return;
    }
    std::vector<std::string> known;
    for (const ParamSpec &spec : listParams(*block)) {
        if (spec.name == param) {
            setNodeParam(node, param, parseParam(text, spec.value, path));
            return;
        }
        known.push_back(spec.name);
    }
    throw Error("unknown path '{}': expected a parameter of block '{}'{}: {}", path, node.type, didYouMean(param, known),
                known.empty() ? "it has none" : join(known, ", "));
}

Node &balanceNodeOf(TaskGraph &graph)
{
    for (Node &node : graph.nodes)
        if (const BlockRegistry::Entry *entry = BlockRegistry::instance().find(node.type); entry && entry->card.category == "Balance")
            return node;
    throw Error("unknown path 'balance.…': expected a balance node in the graph, found none");
}

} // namespace

void setPath(Experiment &experiment, const std::string &assignment)
{
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos)
        throw Error("expected path=value (plan.batch=8), found '{}'", assignment);
    const std::string path = trim(std::string_view(assignment).substr(0, equals));
    const std::string text = assignment.substr(equals + 1);
    const std::size_t dot = path.find('.');
    const std::string room = path.substr(0, dot);
    const std::string rest = dot == std::string::npos ? "" : path.substr(dot + 1);
    if (path == "name" || path == "description") {
        (path == "name" ? experiment.name : experiment.description) = text;
    } else if (room == "plan" && !rest.empty()) {
        setPlanPath(experiment.plan, rest, text);
    } else if (room == "balance" && !rest.empty()) {
        setNodePath(balanceNodeOf(experiment.graph), path, rest, text);
    } else if (room == "node" && rest.find('.') != std::string::npos) {
        const std::string id = rest.substr(0, rest.find('.'));
        Node *node = experiment.graph.find(id);
        if (!node) {
            std::vector<std::string> ids;
            for (const Node &each : experiment.graph.nodes)
                ids.push_back(each.id);
            std::ranges::sort(ids);
            throw Error("unknown path '{}': no node '{}'{}; expected one of: {}", path, id, didYouMean(id, ids), join(ids, ", "));
        }
        setNodePath(*node, path, rest.substr(id.size() + 1), text);
    } else {
        throw Error("unknown path '{}'{}; expected name, description, plan.<parameter>, balance.<parameter> or node.<id>.<parameter>", path,
                    didYouMean(room, {"name", "description", "plan", "balance", "node"}));
    }
}

} // namespace concord
