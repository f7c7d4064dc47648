#pragma once

#include "core/graph/analysis.h"
#include "core/graph/experiment.h"

#include <array>
#include <string>

namespace concord::test {

/// A complete small experiment of real blocks: scenes → stem → trunk → three decoders, heads and losses → balance (13 nodes, 17 links).
inline Experiment denseExperiment()
{
    Experiment experiment;
    experiment.name = "Scenes, three tasks";
    TaskGraph &graph = experiment.graph;
    const auto add = [&](const char *id, const char *type, double x, double y, ParamMap params = {}) {
        graph.nodes.push_back({.id = id, .type = type, .params = std::move(params), .x = x, .y = y});
    };
    const auto link = [&](const char *from, const char *out, const char *to, const char *in) { graph.edges.push_back({{from, out}, {to, in}}); };
    using Numbers = std::vector<std::int64_t>;
    add("data", "scenes", 0, 120, {{"size", Numbers{64}}, {"tasks", std::vector<std::string>{"segmentation", "depth", "normals"}}});
    add("stem", "conv_stack", 260, 120, {{"channels", Numbers{24, 48}}, {"strides", Numbers{1, 2}}});
    add("trunk", "residual_stage", 520, 120, {{"channels", std::int64_t(48)}, {"blocks", std::int64_t(2)}});
    add("balance", "balance", 1560, 120);
    link("data", "image", "stem", "in");
    link("stem", "out", "trunk", "in");
    struct Branch
    {
        const char *task;
        const char *head;
        const char *loss;
    };
    const std::array<Branch, 3> branches = {
        {{"segmentation", "segmentation_head", "cross_entropy"}, {"depth", "depth_head", "l1"}, {"normals", "normals_head", "cosine_normals"}}};
    for (std::size_t i = 0; i < branches.size(); ++i) {
        const std::string task = branches[i].task;
        const double y = double(i) * 120;
        add((task + "_decoder").c_str(), "dense_decoder", 780, y, {{"channels", std::int64_t(32)}, {"upsample", std::int64_t(2)}});
        add((task + "_head").c_str(), branches[i].head, 1040, y);
        add((task + "_loss").c_str(), branches[i].loss, 1300, y);
        link("trunk", "out", (task + "_decoder").c_str(), "in");
        link((task + "_decoder").c_str(), "out", (task + "_head").c_str(), "in");
        link((task + "_head").c_str(), "out", (task + "_loss").c_str(), "prediction");
        link("data", ("label." + task).c_str(), (task + "_loss").c_str(), "label");
        link((task + "_loss").c_str(), "loss", "balance", ("loss." + std::to_string(i)).c_str());
    }
    const Analysis analysis = analyse(graph);
    graph.find("segmentation_head")->params["classes"] = analysis.nodes.at("data").outputTypes.at("label.segmentation").task.classes;
    return experiment;
}

/// Many blocks: `rows` chains of `columns` convolution stacks behind one data node, each linked to its neighbour, some across.
inline Experiment largeExperiment(int columns, int rows)
{
    Experiment experiment;
    TaskGraph &graph = experiment.graph;
    graph.nodes.push_back({.id = "data", .type = "scenes", .params = {{"size", std::vector<std::int64_t>{64}}}, .x = -260, .y = 0});
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const std::string id = "n" + std::to_string(row) + "_" + std::to_string(column);
            graph.nodes.push_back({.id = id, .type = "conv_stack", .x = column * 240.0, .y = row * 100.0});
            const std::string before = "n" + std::to_string(row) + "_" + std::to_string(column - 1);
            graph.edges.push_back({column ? PortRef{before, "out"} : PortRef{"data", "image"}, {id, "in"}});
        }
    return experiment;
}

} // namespace concord::test
