#include "app/cli/bench_nets.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/session/recipe.h"

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

Node classificationData()
{
    return {.id = "data", .type = "random_data", .params = {{"shape", Numbers{3, 96, 96}}, {"tasks", Texts{"a:classification:10", "b:classification:10", "c:classification:10"}}}};
}

Experiment resNetRecipe(const std::string &id)
{
    const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make(id);
    ParamMap params = {{"backbone", std::string("resnet18")}};
    if (id == "cross_stitch")
        params["alpha"] = std::string("layer");
    setParams(*recipe, params, id);
    Experiment experiment = recipe->make(classificationData());
    experiment.plan.batch = 8;
    return experiment;
}

/// Experts are pooled before they are mixed: both are linear, and the heads read vectors.
Experiment resNetMixture()
{
    Experiment experiment{.name = "resnet18_mmoe"};
    TaskGraph &graph = experiment.graph;
    graph.nodes = {classificationData(),
                   {.id = "values", .type = "flatten"},
                   {.id = "bank", .type = "join", .params = {{"type", std::string("vector")}}},
                   {.id = "gates", .type = "mmoe_gate", .params = {{"experts", std::int64_t(3)}, {"type", std::string("vector")}}},
                   {.id = "balance", .type = "balance"}};
    graph.edges = {{{"data", "image"}, {"values", "in"}}, {{"values", "out"}, {"gates", "in"}}, {{"bank", "out"}, {"gates", "experts"}}};
    for (int expert = 0; expert < 3; ++expert) {
        PortRef from{"data", "image"};
        const auto chain = [&](const std::string &part, const std::string &type, ParamMap params) {
            const std::string id = fmt::format("expert{}_{}", expert, part);
            graph.nodes.push_back({.id = id, .type = type, .params = std::move(params)});
            graph.edges.push_back({from, {id, "in"}});
            from = {id, "out"};
        };
        chain("stem", "resnet_stem", {});
        for (const std::int64_t width : {64, 128, 256, 512})
            chain(fmt::format("stage{}", width), "residual_stage", {{"channels", width}, {"blocks", std::int64_t(2)}, {"stride", std::int64_t(width == 64 ? 1 : 2)}});
        chain("pool", "global_pool", {});
        graph.edges.push_back({from, {"bank", fmt::format("in.{}", expert)}});
    }
    int index = 0;
    for (const std::string task : {"a", "b", "c"}) {
        graph.nodes.push_back({.id = task + "_head", .type = "classification_head", .params = {{"classes", std::int64_t(10)}}});
        graph.nodes.push_back({.id = task + "_loss", .type = "cross_entropy"});
        graph.edges.push_back({{"gates", fmt::format("out.{}", index)}, {task + "_head", "in"}});
        graph.edges.push_back({{task + "_head", "out"}, {task + "_loss", "prediction"}});
        graph.edges.push_back({{"data", "label." + task}, {task + "_loss", "label"}});
        graph.edges.push_back({{task + "_loss", "loss"}, {"balance", fmt::format("loss.{}", index++)}});
    }
    experiment.plan.batch = 8;
    return experiment;
}

struct BenchNet
{
    const char *name;
    Experiment (*make)();
};

constexpr BenchNet benchNetTable[] = {
    {"dense3", dense3},
    {"attr40", attr40},
    {"resnet18_hps", [] { return resNetRecipe("hps"); }},
    {"resnet18_cross_stitch", [] { return resNetRecipe("cross_stitch"); }},
    {"resnet18_mmoe", resNetMixture},
    {"resnet18_mtan", [] { return resNetRecipe("mtan"); }},
};

} // namespace

std::vector<std::string> benchNets()
{
    std::vector<std::string> names;
    for (const BenchNet &net : benchNetTable)
        names.emplace_back(net.name);
    return names;
}

Experiment benchExperiment(const std::string &net)
{
    for (const BenchNet &each : benchNetTable)
        if (net == each.name)
            return each.make();
    throw Error("unknown net '{}'{}; expected one of: {}", net, didYouMean(net, benchNets()), join(benchNets(), ", "));
}

} // namespace concord
