#include "core/graph/task_graph.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace concord {

Node *TaskGraph::find(const std::string &id)
{
    const auto it = std::ranges::find(nodes, id, &Node::id);
    return it == nodes.end() ? nullptr : &*it;
}

const Node *TaskGraph::find(const std::string &id) const
{
    const auto it = std::ranges::find(nodes, id, &Node::id);
    return it == nodes.end() ? nullptr : &*it;
}

std::string TaskGraph::freeId(const std::string &stem) const
{
    std::set<std::string> taken;
    for (const Node &node : nodes)
        taken.insert(node.id);
    std::string id = stem;
    for (int number = 2; taken.contains(id); ++number)
        id = stem + "_" + std::to_string(number);
    return id;
}

std::string portStem(const std::string &port)
{
    return portIndex(port) < 0 ? port : port.substr(0, port.rfind('.'));
}

int portIndex(const std::string &port)
{
    // Only the form that we write ourselves counts: "in.02" would be a second name for "in.2".
    const std::size_t dot = port.rfind('.');
    if (dot == std::string::npos || dot + 1 == port.size() || (port[dot + 1] == '0' && dot + 2 != port.size()))
        return -1;
    int index = -1;
    const char *end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data() + dot + 1, end, index);
    return error == std::errc() && stop == end && index >= 0 ? index : -1;
}

} // namespace concord
