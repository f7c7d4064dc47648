#pragma once

#include "core/base/registry.h"
#include "core/graph/analysis.h"
#include "core/graph/task_graph.h"

#include <QPointF>
#include <QString>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace concord {

/// What a link from an output, or to an input, could be joined to.
struct Joint
{
    PortRef port;
    bool isOutput = true;
};

/// All ports of the graph that a link from `joint` may end at, free copies of repeating ports included.
std::set<PortRef> fittingPorts(const TaskGraph &graph, const Analysis &analysis, const Joint &joint);

/// The port of `node` that a link from `joint` belongs to: the first free one that fits, else the first that fits.
std::optional<PortRef> fittingPort(const TaskGraph &graph, const Analysis &analysis, const Joint &joint, const std::string &node);

/// Of a collapsed group only free ports count: a link that cannot be seen is not replaced.
std::optional<PortRef> fittingPort(const TaskGraph &graph, const Analysis &analysis, const Joint &joint, const std::vector<std::string> &nodes);

/// Why no port of `node` takes the link: the reason of the port that comes nearest to fitting.
QString refusalOf(const TaskGraph &graph, const Analysis &analysis, const Joint &joint, const std::string &node);

/// Joins both ends; an input's old link goes.
void addLink(TaskGraph &graph, const Joint &joint, const PortRef &other);

/// All blocks, or those with a port that a link from `joint` fits, sorted by category and title.
std::vector<Card> blocksThatFit(const Analysis &analysis, const std::optional<Joint> &joint);

/// The graph with a new block, linked to `joint` when one is given; the new id in `id`.
TaskGraph withBlock(const TaskGraph &graph, const QString &type, const QPointF &at, const std::optional<Joint> &joint, QString *id);

/// Puts `node`, which is in the graph, into the link, and into the group that both ends are in. Returns the refusal's sentence, or "" when done.
QString putInto(TaskGraph &graph, const Edge &edge, const std::string &node);

/// The nodes with the links between them; groups stay collapsed.
TaskGraph part(const TaskGraph &graph, const std::set<std::string> &nodes);

/// `graph` with the blocks of `original` under new ids, moved by `offset`; the new ids in `ids`. A whole group that is there already
/// becomes another one.
TaskGraph withPart(const TaskGraph &graph, const TaskGraph &original, const QPointF &offset, std::set<std::string> *ids);

/// "dense_decoder_2" → "dense_decoder".
std::string idStem(const std::string &id);

} // namespace concord
