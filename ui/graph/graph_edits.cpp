#include "ui/graph/graph_edits.h"

#include "ui/graph/graph_groups.h"
#include "ui/graph/graph_look.h"

#include <QCoreApplication>

#include <algorithm>
#include <map>

namespace concord {

namespace {

std::set<PortRef> linkedPorts(const TaskGraph &graph, bool inputs)
{
    std::set<PortRef> linked;
    for (const Edge &edge : graph.edges)
        linked.insert(inputs ? edge.to : edge.from);
    return linked;
}

std::string refusal(const TaskGraph &graph, const Analysis &analysis, const Joint &joint, const PortRef &other)
{
    return joint.isOutput ? linkRefusal(graph, analysis, joint.port, other) : linkRefusal(graph, analysis, other, joint.port);
}

std::optional<PortType> typeOf(const Analysis &analysis, const Joint &joint)
{
    const auto node = analysis.nodes.find(joint.port.node);
    if (node == analysis.nodes.end())
        return std::nullopt;
    std::vector<Port> ports = joint.isOutput ? node->second.outputs : node->second.inputs;
    if (node->second.block)
        for (const Port &port : joint.isOutput ? node->second.block->outputs() : node->second.block->inputs())
            ports.push_back(port);
    for (const Port &port : ports)
        if (port.id == joint.port.port || (port.repeats && port.id == portStem(joint.port.port)))
            return port.type;
    return std::nullopt;
}

bool couldFit(PortType a, bool aIsOutput, PortType b)
{
    return aIsOutput ? fits(a, b) : fits(b, a);
}

} // namespace

std::set<PortRef> fittingPorts(const TaskGraph &graph, const Analysis &analysis, const Joint &joint)
{
    std::set<PortRef> fitting;
    const std::optional<PortType> type = typeOf(analysis, joint);
    if (!type)
        return fitting;
    const std::set<PortRef> linked = linkedPorts(graph, joint.isOutput);
    for (const auto &[id, facts] : analysis.nodes)
        for (const Port &port : shownPorts(facts, id, linked, joint.isOutput))
            if (couldFit(*type, joint.isOutput, port.type) && refusal(graph, analysis, joint, {id, port.id}).empty())
                fitting.insert({id, port.id});
    return fitting;
}

std::optional<PortRef> fittingPort(const TaskGraph &graph, const Analysis &analysis, const Joint &joint, const std::string &node)
{
    const auto found = analysis.nodes.find(node);
    if (found == analysis.nodes.end())
        return std::nullopt;
    const std::set<PortRef> linked = linkedPorts(graph, joint.isOutput);
    std::optional<PortRef> occupied;
    for (const Port &port : shownPorts(found->second, node, linked, joint.isOutput)) {
        const PortRef ref{node, port.id};
        if (!refusal(graph, analysis, joint, ref).empty())
            continue;
        if (!joint.isOutput || !linked.contains(ref))
            return ref;
        if (!occupied)
            occupied = ref;
    }
    return occupied;
}

std::optional<PortRef> fittingPort(const TaskGraph &graph, const Analysis &analysis, const Joint &joint, const std::vector<std::string> &nodes)
{
    if (nodes.size() == 1)
        return fittingPort(graph, analysis, joint, nodes.front());
    const std::set<PortRef> linked = linkedPorts(graph, joint.isOutput);
    for (const std::string &node : nodes)
        if (const auto found = analysis.nodes.find(node); found != analysis.nodes.end())
            for (const Port &port : shownPorts(found->second, node, linked, joint.isOutput))
                if (const PortRef ref{node, port.id}; !linked.contains(ref) && refusal(graph, analysis, joint, ref).empty())
                    return ref;
    return std::nullopt;
}

QString refusalOf(const TaskGraph &graph, const Analysis &analysis, const Joint &joint, const std::string &node)
{
    const auto found = analysis.nodes.find(node);
    if (found == analysis.nodes.end())
        return {};
    const std::optional<PortType> type = typeOf(analysis, joint);
    std::string reason;
    for (const Port &port : shownPorts(found->second, node, linkedPorts(graph, joint.isOutput), joint.isOutput)) {
        const std::string sentence = refusal(graph, analysis, joint, {node, port.id});
        const bool near = type && couldFit(*type, joint.isOutput, port.type);
        if (near || reason.empty())
            reason = sentence;
        if (near)
            break;
    }
    if (reason.empty()) {
        const QString text =
            joint.isOutput ? QCoreApplication::translate("GraphEdits", "%1 has no input") : QCoreApplication::translate("GraphEdits", "%1 has no output");
        return text.arg(QString::fromStdString(found->second.title.empty() ? node : found->second.title));
    }
    return QString::fromStdString(reason);
}

void addLink(TaskGraph &graph, const Joint &joint, const PortRef &other)
{
    const Edge edge = joint.isOutput ? Edge{joint.port, other} : Edge{other, joint.port};
    std::erase_if(graph.edges, [&](const Edge &e) { return e.to == edge.to; });
    graph.edges.push_back(edge);
}

std::vector<Card> blocksThatFit(const Analysis &analysis, const std::optional<Joint> &joint)
{
    const std::optional<PortType> type = joint ? typeOf(analysis, *joint) : std::nullopt;
    std::vector<Card> cards;
    for (const auto &[id, entry] : BlockRegistry::instance().entries()) {
        if (joint) {
            if (!type)
                continue;
            const std::unique_ptr<Block> block = entry.make();
            const std::vector<Port> ports = joint->isOutput ? block->inputs() : block->outputs();
            if (std::ranges::none_of(ports, [&](const Port &port) { return couldFit(*type, joint->isOutput, port.type); }))
                continue;
        }
        cards.push_back(entry.card);
    }
    std::ranges::stable_sort(cards, {}, [](const Card &card) { return std::pair(card.category, card.title); });
    return cards;
}

TaskGraph withBlock(const TaskGraph &graph, const QString &type, const QPointF &at, const std::optional<Joint> &joint, QString *id)
{
    TaskGraph next = graph;
    const std::string fresh = next.freeId(type.toStdString());
    next.nodes.push_back({.id = fresh, .type = type.toStdString(), .x = at.x(), .y = at.y()});
    if (joint)
        if (const std::optional<PortRef> port = fittingPort(next, analyse(next), *joint, fresh))
            addLink(next, *joint, *port);
    if (id)
        *id = QString::fromStdString(fresh);
    return next;
}

QString putInto(TaskGraph &graph, const Edge &edge, const std::string &node)
{
    TaskGraph next = graph;
    std::erase(next.edges, edge);
    const Analysis before = analyse(next);
    const Joint source{edge.from, true};
    const std::optional<PortRef> input = fittingPort(next, before, source, node);
    if (!input)
        return refusalOf(next, before, source, node);
    addLink(next, source, *input);
    const Analysis after = analyse(next);
    const Joint target{edge.to, false};
    const std::optional<PortRef> output = fittingPort(next, after, target, node);
    if (!output)
        return refusalOf(next, after, target, node);
    addLink(next, target, *output);
    const Node *from = next.find(edge.from.node);
    const Node *to = next.find(edge.to.node);
    if (Node *middle = next.find(node); middle && from && to && from->frame == to->frame && middle->frame.empty())
        middle->frame = from->frame;
    graph = std::move(next);
    return {};
}

TaskGraph part(const TaskGraph &graph, const std::set<std::string> &nodes)
{
    TaskGraph result;
    std::ranges::copy_if(graph.nodes, std::back_inserter(result.nodes), [&](const Node &node) { return nodes.contains(node.id); });
    std::ranges::copy_if(graph.edges, std::back_inserter(result.edges),
                         [&](const Edge &edge) { return nodes.contains(edge.from.node) && nodes.contains(edge.to.node); });
    std::ranges::set_intersection(groupsOf(result, nodes), graph.collapsed, std::inserter(result.collapsed, result.collapsed.end()));
    return result;
}

std::string idStem(const std::string &id)
{
    const std::size_t cut = id.find_last_not_of("0123456789");
    return cut != std::string::npos && cut > 0 && cut + 1 < id.size() && id[cut] == '_' ? id.substr(0, cut) : id;
}

TaskGraph withPart(const TaskGraph &graph, const TaskGraph &original, const QPointF &offset, std::set<std::string> *ids)
{
    TaskGraph addition = original;
    keepGroupsApart(addition, graph, false);
    TaskGraph next = graph;
    next.collapsed.insert(addition.collapsed.begin(), addition.collapsed.end());
    std::map<std::string, std::string> renamed;
    for (Node &node : addition.nodes) {
        const std::string fresh = next.freeId(idStem(node.id));
        renamed[node.id] = fresh;
        node.id = fresh;
        node.x += offset.x();
        node.y += offset.y();
        if (ids)
            ids->insert(fresh);
        next.nodes.push_back(std::move(node));
    }
    for (Edge &edge : addition.edges) {
        const auto from = renamed.find(edge.from.node);
        const auto to = renamed.find(edge.to.node);
        if (from == renamed.end() || to == renamed.end())
            continue;
        edge.from.node = from->second;
        edge.to.node = to->second;
        next.edges.push_back(std::move(edge));
    }
    return next;
}

} // namespace concord
