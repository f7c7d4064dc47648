#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/graph/experiment.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

using Json = nlohmann::json;   // objects are sorted by key

Json paramJson(const ParamValue &value)
{
    // JSON has no form for these: as a text the value survives, and the parameter's check names it.
    if (const double *number = std::get_if<double>(&value); number && !std::isfinite(*number))
        return paramText(value);
    return std::visit([](const auto &each) { return Json(each); }, value);
}

Json paramsJson(const ParamMap &params)
{
    Json json = Json::object();
    for (const auto &[name, value] : params)
        json[name] = paramJson(value);
    return json;
}

/// Members that came with the document and that this program does not know go back where they were.
void addUnknown(Json &to, const Json &from)
{
    if (!from.is_object())
        return;
    for (const auto &[name, value] : from.items()) {
        if (!to.contains(name))
            to[name] = value;
        else if (to[name].is_object())
            addUnknown(to[name], value);
    }
}

void addUnknown(Json &to, const std::string &text)
{
    if (!text.empty())
        addUnknown(to, Json::parse(text, nullptr, false));
}

/// To half a pixel, so that moving a node back and forth leaves no trace in a diff.
double roundedPosition(double value)
{
    const double rounded = std::round(value * 2) / 2;
    return std::isfinite(rounded) ? rounded + 0.0 : 0.0;
}

Json nodeJson(const Node &node, bool withPositions)
{
    Json json = {{"id", node.id}, {"type", node.type}};
    if (withPositions) {
        json["x"] = roundedPosition(node.x);
        json["y"] = roundedPosition(node.y);
        if (!node.frame.empty())
            json["frame"] = node.frame;
    }
    if (!node.title.empty())
        json["title"] = node.title;
    if (!node.params.empty())
        json["params"] = paramsJson(node.params);
    addUnknown(json, node.unknown);
    return json;
}

Json graphJson(const TaskGraph &graph, bool withPositions)
{
    std::vector<const Node *> nodes;
    for (const Node &node : graph.nodes)
        nodes.push_back(&node);
    std::ranges::stable_sort(nodes, {}, [](const Node *node) -> const std::string & { return node->id; });
    std::vector<Edge> edges = graph.edges;
    std::ranges::sort(edges);
    Json json = {{"nodes", Json::array()}, {"edges", Json::array()}};
    if (withPositions && !graph.collapsed.empty())
        json["collapsed"] = graph.collapsed;
    for (const Node *node : nodes)
        json["nodes"].push_back(nodeJson(*node, withPositions));
    for (const Edge &edge : edges)
        json["edges"].push_back(edge.from.node + "." + edge.from.port + " -> " + edge.to.node + "." + edge.to.port);
    return json;
}

Json planJson(Plan plan)
{
    Json json = paramsJson(writeParams(plan));
    json["optimiser"] = paramsJson(plan.optimiserParams);
    json["optimiser"]["id"] = plan.optimiser;
    json["schedule"] = paramsJson(plan.scheduleParams);
    json["schedule"]["id"] = plan.schedule;
    return json;
}

Json experimentJson(const Experiment &experiment, bool withPositions)
{
    Json json = {{"concord", "experiment"},
                 {"format", 1},
                 {"name", experiment.name},
                 {"description", experiment.description},
                 {"graph", graphJson(experiment.graph, withPositions)},
                 {"plan", planJson(experiment.plan)}};
    addUnknown(json, experiment.unknown);
    return json;
}

/// Bytes that are no UTF-8 (from a command line) become U+FFFD instead of an exception.
std::string documentText(const Json &json, int indent)
{
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

} // namespace

std::string toJson(const Experiment &experiment)
{
    return documentText(experimentJson(experiment, true), 2) + "\n";
}

std::string toJson(const TaskGraph &graph)
{
    Json json = graphJson(graph, true);
    json["concord"] = "graph";
    json["format"] = 1;
    return documentText(json, 2) + "\n";
}

std::string contentId(const Experiment &experiment)
{
    Json json = experimentJson(experiment, false);
    json.erase("name");
    json.erase("description");
    return sha256(documentText(json, -1));
}

void saveExperiment(const Experiment &experiment, const std::filesystem::path &file)
{
    writeFileAtomically(file, toJson(experiment));
}

} // namespace concord
