#pragma once

#include "core/graph/analysis.h"
#include "core/graph/plan.h"
#include "core/graph/task_graph.h"

#include <QFont>
#include <QPointF>
#include <QSizeF>
#include <QString>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace concord {

struct GraphGroup;

/// The three text sizes of the canvas.
struct GraphFonts
{
    QFont title;
    QFont line;
    QFont small;
    QFont far; ///< of titles below full detail

    static GraphFonts make();
};

/// One port as drawn; `at` is relative to the node's top left corner.
struct PortLook
{
    std::string node = {}; ///< whose port it is: the node's, or that of a block in a collapsed group
    std::string id = {};
    PortType type = PortType::features;
    bool input = true;
    bool linked = false;
    bool named = false; ///< its label is written beside it, because several of its kind look the same
    QString label = {};
    QString tip = {};
    QPointF at = {};

    PortRef ref() const { return {node, id}; }
    bool operator==(const PortLook &) const = default;
};

/// Everything a node shows. Two equal looks paint the same, so an item repaints only when its look changes.
struct NodeLook
{
    QString title = {};    ///< elided to fit, as are the two lines
    QString farTitle = {}; ///< for the larger letters of a small scale
    QString summary = {};
    QString cost = {};
    QString category = {};
    QString tip = {};
    std::vector<int> tasks = {};
    bool known = true; ///< false: a placeholder for a block that this program does not have
    bool hasProblem = false;
    Severity severity = Severity::info;
    QString problem = {}; ///< sentences, one a line
    std::vector<PortLook> ports = {};
    std::vector<std::string> members = {}; ///< of a collapsed group: the blocks in it
    QSizeF size = {};

    bool operator==(const NodeLook &) const = default;

    bool isGroup() const { return !members.empty(); }
    const PortLook *port(const std::string &id, bool input) const;
    const PortLook *port(const PortRef &ref, bool input) const;
};

/// What the frame around an expanded group shows.
struct FrameLook
{
    QString title = {};
    QString aside = {};    ///< how many blocks
    QString category = {}; ///< of most of them
    std::vector<std::string> members = {};

    bool operator==(const FrameLook &) const = default;
};

struct LinkLook
{
    int task = -1; ///< the one task that passes; −1 when several or none do
    bool label = false;
    QString shape = {}; ///< "128×24×24"; empty when unknown or a single number

    bool operator==(const LinkLook &) const = default;
};

/// Turns a graph and its analysis into looks. Made anew after each edit; no widgets, no items.
class GraphLook
{
public:
    /// The plan decides with the graph what the balance node costs.
    GraphLook(const TaskGraph &graph, const Analysis &analysis, const GraphFonts &fonts, const Plan &plan = {});

    /// What the node says, neither measured nor placed: quick, for finding out whether anything changed.
    NodeLook outline(const Node &node) const;
    /// The same with its text fitted, its size, and its ports in place.
    NodeLook finished(NodeLook outline) const;
    NodeLook node(const Node &node) const { return finished(outline(node)); }
    LinkLook link(const Edge &edge) const;

    /// A collapsed group as one node: its border's linked ports, summed costs, all problems.
    NodeLook groupOutline(const GraphGroup &group) const;
    FrameLook frame(const GraphGroup &group) const;

private:
    void addPorts(NodeLook &look, const Node &node, const NodeFacts &facts) const;
    void placePorts(NodeLook &look) const;
    void fitText(NodeLook &look) const;
    QString costOf(const Node &node, const NodeFacts &facts) const;
    QString categoryOf(const GraphGroup &group) const;

    const TaskGraph &graph_;
    const Analysis &analysis_;
    const GraphFonts &fonts_;
    QString balanceCost_; ///< of the balance node, short
    QString balanceTip_;
    std::set<PortRef> linkedInputs_;
    std::set<PortRef> linkedOutputs_;
    std::map<std::string, std::vector<const Problem *>> problems_;
    std::map<std::string, std::string> taskOfLoss_;
};

/// The ports that a node shows: those it has, and one free copy of each repeating port whose copies are all linked.
std::vector<Port> shownPorts(const NodeFacts &facts, const std::string &node, const std::set<PortRef> &linked, bool inputs);

/// "image · features · 64×32×32" for a tool tip.
QString portTip(const Port &port, const TensorType *type);

/// "13.9 k · 2.1 M MAC"; empty without cost.
QString costWords(std::int64_t parameters, std::int64_t macs);

/// Words for a title: the node's own, else its block's, else its type.
QString nodeTitle(const Node &node, const Analysis &analysis);

} // namespace concord
