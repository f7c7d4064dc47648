// What groups show: a collapsed one as a node, an expanded one as a frame.

#include "ui/graph/graph_look.h"

#include "core/base/text.h"
#include "ui/graph/graph_groups.h"

#include <QCoreApplication>

#include <algorithm>
#include <unordered_map>

namespace concord {

namespace {

QString blocksText(std::size_t count)
{
    return count == 1 ? QCoreApplication::translate("GraphLook", "1 block") : QCoreApplication::translate("GraphLook", "%1 blocks").arg(count);
}

/// A port of a member with what it is ordered by: ports lie as high as their nodes do.
struct BorderPort
{
    const Node *node = nullptr;
    std::size_t index = 0;
    PortLook look = {};
};

void addBorderPort(std::vector<BorderPort> &ports, const Node &node, const PortRef &ref, bool input, const NodeFacts &facts, const Analysis &analysis)
{
    if (std::ranges::any_of(ports, [&](const BorderPort &port) { return port.look.input == input && port.look.ref() == ref; }))
        return;
    const std::vector<Port> &declared = input ? facts.inputs : facts.outputs;
    const auto port = std::ranges::find(declared, ref.port, &Port::id);
    BorderPort border{.node = &node, .index = std::size_t(port - declared.begin())};
    border.look = {.node = ref.node, .id = ref.port, .input = input, .linked = true};
    QString tip = QString::fromStdString(ref.port);
    if (port != declared.end()) {
        const PortTypes &types = input ? facts.inputTypes : facts.outputTypes;
        const auto type = types.find(ref.port);
        border.look.type = port->type;
        tip = portTip(*port, type == types.end() ? nullptr : &type->second);
    }
    border.look.tip = nodeTitle(node, analysis) + QStringLiteral(" · ") + tip;
    ports.push_back(std::move(border));
}

} // namespace

QString GraphLook::categoryOf(const GraphGroup &group) const
{
    std::map<std::string, int> counts;
    for (const std::string &id : group.members)
        if (const auto facts = analysis_.nodes.find(id); facts != analysis_.nodes.end())
            ++counts[facts->second.category];
    const auto most = std::ranges::max_element(counts, {}, [](const auto &entry) { return entry.second; });
    return most == counts.end() ? QString() : QString::fromStdString(most->first);
}

NodeLook GraphLook::groupOutline(const GraphGroup &group) const
{
    static const NodeFacts nothing;
    NodeLook look;
    look.title = QString::fromStdString(group.title);
    look.members = group.members;
    look.summary = blocksText(group.members.size());
    look.category = categoryOf(group);
    std::unordered_map<std::string, const Node *> members;
    for (const Node &node : graph_.nodes)
        if (node.frame == group.title)
            members[node.id] = &node;
    const auto factsOf = [this](const std::string &id) -> const NodeFacts & {
        const auto it = analysis_.nodes.find(id);
        return it == analysis_.nodes.end() ? nothing : it->second;
    };

    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    std::set<int> tasks;
    QStringList sentences;
    for (const std::string &id : group.members) {
        const NodeFacts &facts = factsOf(id);
        parameters += facts.inferred ? facts.parameters : 0;
        macs += facts.inferred ? facts.macs : 0;
        tasks.insert(facts.tasks.begin(), facts.tasks.end());
        const auto found = problems_.find(id);
        if (found == problems_.end())
            continue;
        if (!look.hasProblem)
            look.severity = Severity::warning;
        look.hasProblem = true;
        for (const Problem *problem : found->second) {
            sentences += nodeTitle(*members.at(id), analysis_) + QStringLiteral(": ") + QString::fromStdString(problem->message);
            look.severity = std::max(look.severity, problem->severity);
        }
    }
    look.tasks.assign(tasks.begin(), tasks.end());
    look.cost = costWords(parameters, macs);
    look.problem = sentences.join(u'\n');
    look.tip = look.title + u'\n' + look.summary + (look.cost.isEmpty() ? QString() : u'\n' + look.cost) + u'\n' +
               QCoreApplication::translate("GraphLook", "Double-click to expand");

    std::vector<BorderPort> ports;
    for (const Edge &edge : graph_.edges) {
        const auto from = members.find(edge.from.node);
        const auto to = members.find(edge.to.node);
        if ((from == members.end()) == (to == members.end()))
            continue;
        if (to != members.end())
            addBorderPort(ports, *to->second, edge.to, true, factsOf(edge.to.node), analysis_);
        else
            addBorderPort(ports, *from->second, edge.from, false, factsOf(edge.from.node), analysis_);
    }
    std::ranges::stable_sort(ports, {}, [](const BorderPort &port) { return std::tuple(!port.look.input, port.node->y, port.node->x, port.index); });
    for (BorderPort &port : ports)
        look.ports.push_back(std::move(port.look));
    return look;
}

FrameLook GraphLook::frame(const GraphGroup &group) const
{
    return {.title = QString::fromStdString(group.title), .aside = blocksText(group.members.size()), .category = categoryOf(group), .members = group.members};
}

} // namespace concord
