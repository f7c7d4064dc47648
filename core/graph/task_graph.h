#pragma once

#include "core/base/params.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace concord {

struct Node
{
    std::string id;            ///< stable, unique in the graph; [a-z0-9_]+, used in parameter names and series
    std::string type;          ///< id of a Block, perhaps one this program does not know
    std::string title = {};    ///< shown instead of the block's title when not empty
    ParamMap params = {};      ///< only what was set; the rest are the block's defaults
    double x = 0;
    double y = 0;
    std::string frame = {};    ///< title of the group it is drawn in; has no effect on training
    std::string unknown = {};  ///< JSON text of members this program does not know, kept on save

    bool operator==(const Node &) const = default;
};

struct PortRef
{
    std::string node;
    std::string port;   ///< expanded: "out", "in.2"

    auto operator<=>(const PortRef &) const = default;
};

struct Edge
{
    PortRef from;   ///< an output
    PortRef to;     ///< an input; each takes one edge

    auto operator<=>(const Edge &) const = default;
};

/// Plain data. Order of nodes is the order of creation and carries no meaning.
struct TaskGraph
{
    std::vector<Node> nodes;
    std::vector<Edge> edges;
    std::set<std::string> collapsed = {};   ///< frames that are drawn as one node

    bool operator==(const TaskGraph &) const = default;

    Node *find(const std::string &id);
    const Node *find(const std::string &id) const;

    /// `stem`, `stem_2`, `stem_3` …: the first id not taken.
    std::string freeId(const std::string &stem) const;
};

/// "in.2" → "in"; a port that does not repeat stays.
std::string portStem(const std::string &port);

/// "in.2" → 2; −1 without an index.
int portIndex(const std::string &port);

} // namespace concord
