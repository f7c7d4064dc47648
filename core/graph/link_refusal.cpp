#include "core/base/text.h"
#include "core/graph/analysis.h"

#include <algorithm>
#include <unordered_map>

namespace concord {

namespace {

/// The type of a port; a repeating one may be named one copy further than there are.
std::optional<PortType> linkableType(const NodeFacts &facts, bool output, const std::string &id)
{
    for (const Port &port : output ? facts.outputs : facts.inputs)
        if (port.id == id)
            return port.type;
    // Only now the block itself: a data node looks at files to list its ports.
    if (portIndex(id) == facts.repeats)
        for (const Port &port : output ? facts.block->outputs() : facts.block->inputs())
            if (port.repeats && port.id == portStem(id))
                return port.type;
    return std::nullopt;
}

bool leadsTo(const TaskGraph &graph, const std::string &start, const std::string &goal)
{
    std::unordered_map<std::string, std::vector<const std::string *>> next;
    for (const Edge &edge : graph.edges)
        next[edge.from.node].push_back(&edge.to.node);
    std::vector<std::string> open = {start};
    while (!open.empty()) {
        const std::string node = std::move(open.back());
        open.pop_back();
        if (node == goal)
            return true;
        const auto it = next.find(node);
        if (it == next.end())
            continue;
        for (const std::string *to : it->second)
            open.push_back(*to);
        next.erase(it);   // each node is left once
    }
    return false;
}

bool closesCycle(const TaskGraph &graph, const Analysis &analysis, const std::string &from, const std::string &to)
{
    if (from == to)
        return true;
    // A valid order answers most questions at once: what comes later leads nowhere earlier.
    const auto first = std::ranges::find_if(analysis.order, [&](const std::string &id) { return id == from || id == to; });
    if (first != analysis.order.end() && *first == from)
        return false;
    return leadsTo(graph, to, from);
}

} // namespace

std::string linkRefusal(const TaskGraph &graph, const Analysis &analysis, const PortRef &from, const PortRef &to)
{
    for (const PortRef *end : {&from, &to}) {
        const auto it = analysis.nodes.find(end->node);
        if (it == analysis.nodes.end())
            return fmt::format("there is no node '{}'", end->node);
        if (!it->second.block)
            return fmt::format("the ports of '{}' are not known, because its block type is not", end->node);
    }
    const NodeFacts &source = analysis.nodes.at(from.node);
    const NodeFacts &target = analysis.nodes.at(to.node);
    const auto many = [](PortType type) { return type == PortType::features || type == PortType::tokens; };
    const std::optional<PortType> output = linkableType(source, true, from.port);
    const std::optional<PortType> input = linkableType(target, false, to.port);
    if (!output)
        return linkableType(source, false, from.port) ? fmt::format("a link starts at an output, and '{}' is an input", from.port)
                                              : fmt::format("'{}' has no output '{}'", from.node, from.port);
    if (!input)
        return linkableType(target, true, to.port) ? fmt::format("a link ends at an input, and '{}' is an output", to.port)
                                           : fmt::format("'{}' has no input '{}'", to.node, to.port);
    if (!fits(*output, *input))
        return fmt::format("{} {} not fit {} {} input: expected {}", typeWords(*output), many(*output) ? "do" : "does", *input == PortType::image ? "an" : "a",
                           name(*input), acceptedTypes(*input));
    if (from.node == to.node)
        return fmt::format("a link from '{}' to itself would close a cycle", from.node);
    if (closesCycle(graph, analysis, from.node, to.node))
        return fmt::format("this link would close a cycle: '{}' already leads to '{}'", to.node, from.node);
    return {};
}

} // namespace concord
