#pragma once

#include "core/graph/block.h"
#include "core/graph/task_graph.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace concord {

enum class Severity { info, warning, error };

/// A parameter change that cures a problem.
struct Fix
{
    std::string label;   ///< "Set classes to 11"
    std::string node;
    std::string param;
    ParamValue value;
};

struct Problem
{
    Severity severity = Severity::error;
    std::string node = {};      ///< "" for the whole graph
    std::string port = {};
    std::string message = {};   ///< one sentence: expected, found, where
    std::optional<Fix> fix = {};
};

/// Everything known of one node without running it.
struct NodeFacts
{
    std::shared_ptr<const Block> block = {};   ///< configured; null for an unknown type
    std::string title = {};
    std::string category = {};
    std::string summary = {};
    int repeats = 0;                           ///< copies of its repeating ports
    std::vector<Port> inputs = {};             ///< expanded ("in.0", "in.1"), in order
    std::vector<Port> outputs = {};
    PortTypes inputTypes = {};                 ///< of the linked inputs whose source is known
    PortTypes outputTypes = {};
    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    int forwards = 1;                          ///< how often its weights run in one step
    std::vector<int> tasks = {};               ///< indices of the tasks whose loss it reaches
    bool inferred = false;                     ///< output types and cost are valid
    bool predicts = false;                     ///< one of its outputs feeds a loss
};

/// A task of the graph: one loss linked to the balance node, or one sum of losses of the same label.
struct GraphTask
{
    /// Deep supervision: a further loss of the same label, on an earlier prediction.
    struct EarlyLoss
    {
        std::string lossNode = {};
        PortRef prediction = {};
    };

    TaskInfo info = {};
    std::string lossNode = {};
    std::string sumNode = {};  ///< what is linked to the balance node where losses of the task are summed first; "" for the loss itself
    std::vector<EarlyLoss> early = {};
    PortRef prediction = {};   ///< the output that the loss reads
    PortRef label = {};        ///< the data node's label port

    const std::string &balanced() const { return sumNode.empty() ? lossNode : sumNode; }
};

struct Analysis
{
    std::map<std::string, NodeFacts> nodes = {};
    std::vector<std::string> order = {};     ///< topological, data node first; empty when there is a cycle
    std::vector<GraphTask> tasks = {};       ///< in the order of the balance node's inputs
    std::string dataNode = {};
    std::string balanceNode = {};
    std::vector<Problem> problems = {};      ///< errors first
    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    std::int64_t sharedParameters = 0;       ///< in nodes that two or more tasks reach

    bool runnable() const;                   ///< no error
    std::string firstError() const;
};

/// Validates and infers; never throws for anything in the graph. 1000 nodes in ≤ 10 ms.
Analysis analyse(const TaskGraph &graph);

/// Why `from` (an output) cannot be linked to `to` (an input): one sentence, or "" when it can. A link to an occupied input
/// is allowed (it replaces the old one); a link that closes a cycle is not.
std::string linkRefusal(const TaskGraph &graph, const Analysis &analysis, const PortRef &from, const PortRef &to);

} // namespace concord
