#include "ui/graph/graph_look.h"

#include "core/base/text.h"
#include "core/session/cost.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QGuiApplication>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

constexpr double headerHeight = 56;
constexpr double portStep = 16;
constexpr double minWidth = 116;
constexpr double maxWidth = 200;
constexpr double textLeft = 12;
constexpr double textRight = 12;

QString lookText(const char *text)
{
    return QCoreApplication::translate("GraphLook", text);
}

double upToGrid(double value)
{
    return std::ceil(value / 4) * 4;
}

} // namespace

QString portTip(const Port &port, const TensorType *type)
{
    QString tip = QString::fromStdString(port.label.empty() ? portStem(port.id) : port.label);
    tip += QStringLiteral(" · ") + QString::fromUtf8(name(port.type));
    if (type && !type->shape.empty())
        tip += QStringLiteral(" · ") + QString::fromStdString(shapeText(type->shape));
    if (port.optional)
        tip += QStringLiteral(" · ") + lookText("optional");
    return tip;
}

QString costWords(std::int64_t parameters, std::int64_t macs)
{
    if (parameters == 0 && macs == 0)
        return {};
    QString text = QString::fromStdString(shortCount(double(parameters)));
    if (macs > 0)
        text += QStringLiteral(" · ") + QString::fromStdString(shortCount(double(macs))) + QStringLiteral(" MAC");
    return text;
}

GraphFonts GraphFonts::make()
{
    const QFont base = QGuiApplication::font();
    GraphFonts fonts{base, base, base, base};
    fonts.title.setPixelSize(13);
    fonts.title.setWeight(QFont::DemiBold);
    fonts.line.setPixelSize(11);
    fonts.small.setPixelSize(10);
    fonts.far.setPixelSize(17);
    return fonts;
}

const PortLook *NodeLook::port(const std::string &id, bool input) const
{
    const auto it = std::ranges::find_if(ports, [&](const PortLook &p) { return p.input == input && p.id == id; });
    return it == ports.end() ? nullptr : &*it;
}

const PortLook *NodeLook::port(const PortRef &ref, bool input) const
{
    const auto it = std::ranges::find_if(ports, [&](const PortLook &p) { return p.input == input && p.id == ref.port && p.node == ref.node; });
    return it == ports.end() ? nullptr : &*it;
}

std::vector<Port> shownPorts(const NodeFacts &facts, const std::string &node, const std::set<PortRef> &linked, bool inputs)
{
    std::vector<Port> ports = inputs ? facts.inputs : facts.outputs;
    if (!facts.block)
        return ports;
    const std::vector<Port> declaredInputs = facts.block->inputs();
    const bool copiesFollowInputs = !inputs && std::ranges::any_of(declaredInputs, [](const Port &p) { return p.repeats && !p.optional; });
    for (const Port &declared : inputs ? declaredInputs : facts.block->outputs()) {
        if (!declared.repeats)
            continue;
        int copies = 0;
        bool anyFree = false;
        auto after = ports.begin();
        for (auto it = ports.begin(); it != ports.end(); ++it)
            if (portIndex(it->id) >= 0 && portStem(it->id) == declared.id) {
                copies = std::max(copies, portIndex(it->id) + 1);
                anyFree = anyFree || !linked.contains({node, it->id});
                after = it + 1;
            }
        // A module with one output per input grows by its inputs.
        if (anyFree || (copiesFollowInputs && copies > 0))
            continue;
        Port free = declared;
        free.id += "." + std::to_string(copies);
        ports.insert(copies ? after : ports.end(), free);
    }
    return ports;
}

QString nodeTitle(const Node &node, const Analysis &analysis)
{
    if (!node.title.empty())
        return QString::fromStdString(node.title);
    const auto it = analysis.nodes.find(node.id);
    return QString::fromStdString(it == analysis.nodes.end() || it->second.title.empty() ? node.type : it->second.title);
}

GraphLook::GraphLook(const TaskGraph &graph, const Analysis &analysis, const GraphFonts &fonts, const Plan &plan)
    : graph_(graph)
    , analysis_(analysis)
    , fonts_(fonts)
{
    for (const Edge &edge : graph.edges) {
        linkedOutputs_.insert(edge.from);
        linkedInputs_.insert(edge.to);
    }
    for (const Problem &problem : analysis.problems)
        if (problem.severity != Severity::info)
            problems_[problem.node].push_back(&problem);
    for (const GraphTask &task : analysis.tasks)
        taskOfLoss_[task.balanced()] = task.info.name;
    if (const std::optional<BalanceCost> cost = balanceCost(graph, plan, analysis)) {
        balanceCost_ = QString::fromStdString(cost->shortText());
        balanceTip_ = QString::fromStdString(cost->text());
    }
}

NodeLook GraphLook::outline(const Node &node) const
{
    static const NodeFacts nothing;
    const auto it = analysis_.nodes.find(node.id);
    const NodeFacts &facts = it == analysis_.nodes.end() ? nothing : it->second;

    NodeLook look;
    look.known = facts.block != nullptr;
    look.title = nodeTitle(node, analysis_);
    look.category = QString::fromStdString(facts.category);
    look.tasks = facts.tasks;
    look.summary = look.known ? QString::fromStdString(facts.summary) : lookText("unknown block “%1”").arg(QString::fromStdString(node.type));
    look.cost = costOf(node, facts);
    look.tip = look.title + (look.summary.isEmpty() ? QString() : u'\n' + look.summary) + (look.cost.isEmpty() ? QString() : u'\n' + look.cost);
    if (node.id == analysis_.balanceNode && !balanceTip_.isEmpty())
        look.tip = look.title + u'\n' + look.summary + u'\n' + balanceTip_;
    if (const auto found = problems_.find(node.id); found != problems_.end()) {
        look.hasProblem = true;
        look.severity = Severity::warning;
        QStringList sentences;
        for (const Problem *problem : found->second) {
            sentences += QString::fromStdString(problem->message);
            look.severity = std::max(look.severity, problem->severity);
        }
        look.problem = sentences.join(u'\n');
    }
    addPorts(look, node, facts);
    return look;
}

NodeLook GraphLook::finished(NodeLook look) const
{
    fitText(look);
    placePorts(look);
    return look;
}

QString GraphLook::costOf(const Node &node, const NodeFacts &facts) const
{
    if (const auto task = taskOfLoss_.find(node.id); task != taskOfLoss_.end())
        return lookText("task %1").arg(QString::fromStdString(task->second));
    if (node.id == analysis_.balanceNode && !node.id.empty())
        return !balanceCost_.isEmpty() ? balanceCost_ : analysis_.tasks.size() == 1 ? lookText("1 task") : lookText("%1 tasks").arg(analysis_.tasks.size());
    if (!facts.inferred)
        return {};
    // Where tasks condition what is computed, the weights run once for each.
    const QString words = costWords(facts.parameters, facts.macs);
    return facts.forwards > 1 && !words.isEmpty() ? words + lookText(" in %1 forwards").arg(facts.forwards) : words;
}

void GraphLook::addPorts(NodeLook &look, const Node &node, const NodeFacts &facts) const
{
    for (const bool input : {true, false}) {
        const std::set<PortRef> &linked = input ? linkedInputs_ : linkedOutputs_;
        const PortTypes &types = input ? facts.inputTypes : facts.outputTypes;
        for (const Port &port : shownPorts(facts, node.id, linked, input)) {
            const auto type = types.find(port.id);
            look.ports.push_back({.node = node.id,
                                  .id = port.id,
                                  .type = port.type,
                                  .input = input,
                                  .linked = linked.contains({node.id, port.id}),
                                  .label = QString::fromStdString(port.label.empty() ? port.id : port.label),
                                  .tip = portTip(port, type == types.end() ? nullptr : &type->second)});
        }
        // Links to ports that the block does not have (a placeholder's, or after a change of parameters) stay visible.
        for (auto ref = linked.lower_bound({node.id, {}}); ref != linked.end() && ref->node == node.id; ++ref)
            if (!look.port(ref->port, input))
                look.ports.push_back({.node = node.id,
                                      .id = ref->port,
                                      .input = input,
                                      .linked = true,
                                      .label = QString::fromStdString(ref->port),
                                      .tip = lookText("%1 · not a port of this block").arg(QString::fromStdString(ref->port))});
    }
    for (PortLook &port : look.ports)
        port.named = port.type == PortType::label && !port.input &&
                     std::ranges::count_if(look.ports, [](const PortLook &p) { return p.type == PortType::label && !p.input; }) > 1;
}

void GraphLook::placePorts(NodeLook &look) const
{
    double height = headerHeight;
    for (const bool input : {true, false}) {
        const auto count = std::ranges::count_if(look.ports, [input](const PortLook &p) { return p.input == input && !p.named; });
        height = std::max(height, upToGrid(double(count) * portStep + 8));
    }
    const double middle = height / 2;
    // What flows through stays on the middle line, so that a chain of blocks is a straight line; a loss's label comes below it.
    const bool labelBelow = std::ranges::count_if(look.ports, [](const PortLook &p) { return p.input; }) == 2 && look.ports[0].type != PortType::label &&
                            look.ports[1].input && look.ports[1].type == PortType::label;
    for (const bool input : {true, false}) {
        const auto count = input && labelBelow ? 1 : std::ranges::count_if(look.ports, [input](const PortLook &p) { return p.input == input && !p.named; });
        double y = middle - double(count - 1) * portStep / 2;
        for (PortLook &port : look.ports)
            if (port.input == input && !port.named) {
                port.at = {input ? 0 : look.size.width(), y};
                y += portStep;
            }
    }
    for (PortLook &port : look.ports)
        if (port.named) {
            port.at = {port.input ? 0 : look.size.width(), height + portStep / 2 - 2};
            height += portStep;
        }
    if (std::ranges::any_of(look.ports, &PortLook::named))
        height += 4;
    look.size.setHeight(upToGrid(height));
}

void GraphLook::fitText(NodeLook &look) const
{
    const QFontMetricsF title(fonts_.title);
    const QFontMetricsF line(fonts_.line);
    const double badges = look.tasks.empty() ? 0 : double(std::min<std::size_t>(look.tasks.size(), 6)) * 9 + 10;
    const double wanted = std::max({title.horizontalAdvance(look.title) + badges, line.horizontalAdvance(look.summary), line.horizontalAdvance(look.cost)});
    const double width = std::clamp(upToGrid(wanted + textLeft + textRight + 2), minWidth, maxWidth);
    const double room = width - textLeft - textRight;
    look.farTitle = QFontMetricsF(fonts_.far).elidedText(look.title, Qt::ElideRight, width - 24);
    look.title = title.elidedText(look.title, Qt::ElideRight, room - badges);
    look.summary = line.elidedText(look.summary, Qt::ElideRight, room);
    look.cost = line.elidedText(look.cost, Qt::ElideRight, room);
    look.size.setWidth(width);
}

LinkLook GraphLook::link(const Edge &edge) const
{
    LinkLook look;
    const auto from = analysis_.nodes.find(edge.from.node);
    const auto to = analysis_.nodes.find(edge.to.node);
    if (from == analysis_.nodes.end() || to == analysis_.nodes.end())
        return look;
    if (const auto type = from->second.outputTypes.find(edge.from.port); type != from->second.outputTypes.end()) {
        look.label = type->second.type == PortType::label;
        look.shape = QString::fromStdString(shapeText(type->second.shape));
    } else {
        for (const Port &port : from->second.outputs)
            look.label = look.label || (port.id == edge.from.port && port.type == PortType::label);
    }
    // All tasks meet in the balance node, so there the loss's own task says what passes.
    const std::vector<int> &tasks = edge.to.node == analysis_.balanceNode ? from->second.tasks : to->second.tasks;
    if (tasks.size() == 1)
        look.task = tasks.front();
    return look;
}

} // namespace concord
