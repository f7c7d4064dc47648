#include "app/cli/bench_nets.h"

#include "core/base/error.h"

namespace concord {

namespace {

using Texts = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

Experiment dense3()
{
    Experiment experiment{.name = "dense3"};
    TaskGraph &graph = experiment.graph;
    const Texts tasks = {"segmentation:segmentation:13", "depth:depth:1", "normals:normals:3"};
    graph.nodes = {
        {.id = "data", .type = "random_data", .params = {{"shape", Numbers{3, 96, 96}}, {"tasks", tasks}}},
        {.id = "stem", .type = "conv_stack", .params = {{"channels", Numbers{32, 64, 128}}, {"strides", Numbers{1, 2, 2}}}},
        {.id = "trunk", .type = "residual_stage", .params = {{"channels", std::int64_t(128)}, {"blocks", std::int64_t(2)}, {"stride", std::int64_t(1)}}},
        {.id = "balance", .type = "balance"},
    };
    graph.edges = {{{"data", "image"}, {"stem", "in"}}, {{"stem", "out"}, {"trunk", "in"}}};
    const struct
    {
        const char *task;
        const char *head;
        const char *loss;
    } columns[] = {{"segmentation", "segmentation_head", "cross_entropy"}, {"depth", "depth_head", "l1"}, {"normals", "normals_head", "cosine_normals"}};
    int index = 0;
    for (const auto &[task, head, loss] : columns) {
        const std::string name = task;
        graph.nodes.push_back({.id = name + "_decoder", .type = "dense_decoder", .params = {{"channels", std::int64_t(64)}, {"depth", std::int64_t(1)}, {"upsample", std::int64_t(4)}}});
        graph.nodes.push_back({.id = name + "_head", .type = head});
        if (index == 0)
            graph.nodes.back().params["classes"] = std::int64_t(13);
        graph.nodes.push_back({.id = name + "_loss", .type = loss});
        graph.edges.push_back({{"trunk", "out"}, {name + "_decoder", "in"}});
        graph.edges.push_back({{name + "_decoder", "out"}, {name + "_head", "in"}});
        graph.edges.push_back({{name + "_head", "out"}, {name + "_loss", "prediction"}});
        graph.edges.push_back({{"data", "label." + name}, {name + "_loss", "label"}});
        graph.edges.push_back({{name + "_loss", "loss"}, {"balance", "loss." + std::to_string(index++)}});
    }
    experiment.plan.batch = 8;
    return experiment;
}

Experiment attr40()
{
    Experiment experiment{.name = "attr40"};
    TaskGraph &graph = experiment.graph;
    Texts tasks;
    for (int i = 0; i < 40; ++i)
        tasks.push_back("attr" + std::to_string(i) + ":multilabel:1");
    graph.nodes = {
        {.id = "data", .type = "random_data", .params = {{"shape", Numbers{512}}, {"tasks", tasks}}},
        {.id = "trunk", .type = "mlp", .params = {{"hidden", Numbers{512, 512, 512, 256}}}},
        {.id = "balance", .type = "balance"},
    };
    graph.edges = {{{"data", "image"}, {"trunk", "in"}}};
    for (int i = 0; i < 40; ++i) {
        const std::string name = "attr" + std::to_string(i);
        graph.nodes.push_back({.id = name + "_head", .type = "multilabel_head", .params = {{"classes", std::int64_t(1)}}});
        graph.nodes.push_back({.id = name + "_loss", .type = "weighted_bce"});
        graph.edges.push_back({{"trunk", "out"}, {name + "_head", "in"}});
        graph.edges.push_back({{name + "_head", "out"}, {name + "_loss", "prediction"}});
        graph.edges.push_back({{"data", "label." + name}, {name + "_loss", "label"}});
        graph.edges.push_back({{name + "_loss", "loss"}, {"balance", "loss." + std::to_string(i)}});
    }
    experiment.plan.batch = 64;
    return experiment;
}

} // namespace

Experiment benchExperiment(const std::string &net)
{
    if (net == "dense3")
        return dense3();
    if (net == "attr40")
        return attr40();
    throw Error("unknown net '{}'; expected dense3 or attr40", net);
}

} // namespace concord
