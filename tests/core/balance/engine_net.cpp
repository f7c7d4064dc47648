#include "tests/core/balance/engine_net.h"

#include "core/data/dataset.h"
#include "core/graph/analysis.h"
#include "core/objective/loss_block.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

namespace concord::test {

namespace {

using Whole = std::int64_t;
constexpr Whole engineNetSide = 16;
constexpr Whole engineNetBatch = 6;

/// Images with three dense tasks, or vectors with `tasks` regressions.
class EngineNetData : public DataBlock
{
public:
    void params(ParamVisitor &visitor) override { visitor("tasks", tasks_, {.help = "Number of regressions; 0 for images", .min = 0}); }

    DatasetInfo describe() const override
    {
        DatasetInfo info;
        info.image = tasks_ == 0 ? Shape{3, engineNetSide, engineNetSide} : Shape{24};
        info.tasks = {{.name = "seg", .kind = TaskKind::segmentation, .classes = 4},
                      {.name = "depth", .kind = TaskKind::depth, .classes = 1},
                      {.name = "normals", .kind = TaskKind::normals, .classes = 3}};
        if (tasks_ > 0)
            info.tasks.clear();
        for (Whole i = 0; i < tasks_; ++i)
            info.tasks.push_back({.name = fmt::format("t{}", i), .kind = TaskKind::regression, .classes = 2});
        for (const TaskInfo &task : info.tasks)
            info.labelShapes.push_back(labelShape(task, info.image));
        return info;
    }
    std::shared_ptr<const Dataset> open(Split, std::uint64_t) const override { throw Error("expected a real data set, found a test's"); }

private:
    Whole tasks_ = 0;
};

const Register<Block, EngineNetData> registeredEngineNetData{Card{.id = "engine_net_data", .title = "Test data", .category = "Data", .summary = "Never read."}};

PortRef engineNetPort(const std::string &text)
{
    const std::size_t dot = text.find('.');
    return {text.substr(0, dot), text.substr(dot + 1)};
}

struct NetDrawing
{
    TaskGraph graph;
    int losses = 0;

    explicit NetDrawing(Whole tasks = 0)
    {
        graph.nodes.push_back({.id = "data", .type = "engine_net_data", .params = {{"tasks", tasks}}});
        graph.nodes.push_back({.id = "balance", .type = "balance"});
    }

    void add(const std::string &id, const std::string &type, const ParamMap &params, const std::vector<std::string> &from,
             const std::vector<std::string> &to = {"in"})
    {
        graph.nodes.push_back({.id = id, .type = type, .params = params});
        for (std::size_t i = 0; i < from.size(); ++i)
            graph.edges.push_back({engineNetPort(from[i]), {id, to[i]}});
    }
    void conv(const std::string &id, const std::string &from, Whole channels, Whole stride = 1)
    {
        add(id, "conv_stack", {{"channels", std::vector<Whole>{channels}}, {"strides", std::vector<Whole>{stride}}}, {from});
    }
    void loss(const std::string &task, const std::string &type, const std::string &prediction)
    {
        add(task + "_loss", type, {}, {prediction, "data.label." + task}, {"prediction", "label"});
        graph.edges.push_back({{task + "_loss", "loss"}, {"balance", fmt::format("loss.{}", losses++)}});
    }
    void denseTask(const std::string &task, const std::string &from)
    {
        add(task, task == "seg" ? "segmentation_head" : task + "_head", task == "seg" ? ParamMap{{"classes", Whole(4)}} : ParamMap{}, {from});
        loss(task, task == "seg" ? "cross_entropy" : task == "depth" ? "l1" : "cosine_normals", task + ".out");
    }
};

const std::vector<std::string> denseTasks{"seg", "depth", "normals"};

NetDrawing sharedConv(bool residual)
{
    NetDrawing net;
    net.conv("stem", "data.image", 8, 2);
    if (residual)
        net.add("stage", "residual_stage", {{"channels", Whole(12)}, {"blocks", Whole(1)}, {"stride", Whole(1)}}, {"stem.out"});
    else
        net.conv("stage", "stem.out", 10);
    for (const std::string &task : denseTasks) {
        net.add(task + "_decoder", "dense_decoder", {{"channels", Whole(6)}, {"depth", Whole(1)}, {"upsample", Whole(2)}}, {"stage.out"});
        net.denseTask(task, task + "_decoder.out");
    }
    return net;
}

NetDrawing vectorNet(int tasks, bool deep)
{
    NetDrawing net(tasks);
    net.add("trunk", "mlp", {{"hidden", std::vector<Whole>{20, 14}}}, {"data.image"});
    if (deep)
        net.add("neck", "mlp", {{"hidden", std::vector<Whole>{12}}}, {"trunk.out"});
    for (int i = 0; i < tasks; ++i) {
        const std::string task = fmt::format("t{}", i);
        // Some heads are deeper, and one reads the trunk directly.
        std::string from = deep && i != 1 ? "neck.out" : "trunk.out";
        if (i % 2 == 0) {
            net.add(task + "_mlp", "mlp", {{"hidden", std::vector<Whole>{7}}}, {from});
            from = task + "_mlp.out";
        }
        net.add(task, "regression_head", {{"values", Whole(2)}}, {from});
        net.loss(task, "l2", task + ".out");
    }
    return net;
}

NetDrawing crossStitch()
{
    NetDrawing net;
    const std::vector<std::string> tasks{"seg", "normals"};
    for (std::size_t i = 0; i < tasks.size(); ++i)
        net.conv(tasks[i] + "_stem", "data.image", 6, 2);
    net.add("stitch_1", "cross_stitch", {}, {"seg_stem.out", "normals_stem.out"}, {"in.0", "in.1"});
    for (std::size_t i = 0; i < tasks.size(); ++i)
        net.conv(tasks[i] + "_stage", fmt::format("stitch_1.out.{}", i), 8);
    net.add("stitch_2", "cross_stitch", {}, {"seg_stage.out", "normals_stage.out"}, {"in.0", "in.1"});
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        net.add(tasks[i] + "_up", "upsample", {{"factor", Whole(2)}}, {fmt::format("stitch_2.out.{}", i)});
        net.denseTask(tasks[i], tasks[i] + "_up.out");
    }
    return net;
}

/// Attention modules have parameters of one task in a shared node; between them stand convolutions of one task before a shared node.
NetDrawing mtan()
{
    NetDrawing net;
    net.conv("stem", "data.image", 6);
    net.conv("stage_1", "stem.out", 6);
    net.add("attention_1", "mtan_attention", {{"channels", Whole(7)}}, {"stem.out", "stage_1.out"}, {"first", "last"});
    net.conv("stage_2", "stage_1.out", 8);
    std::vector<std::string> from{"stage_1.out", "stage_2.out"};
    std::vector<std::string> to{"first", "last"};
    for (std::size_t i = 0; i < denseTasks.size(); ++i) {
        net.conv(denseTasks[i] + "_between", fmt::format("attention_1.out.{}", i), 5);
        from.push_back(denseTasks[i] + "_between.out");
        to.push_back(fmt::format("previous.{}", i));
    }
    net.add("attention_2", "mtan_attention", {{"channels", Whole(6)}}, from, to);
    for (std::size_t i = 0; i < denseTasks.size(); ++i)
        net.denseTask(denseTasks[i], fmt::format("attention_2.out.{}", i));
    return net;
}

/// The depth prediction is a task's output and, read on, what another task is made from.
NetDrawing auxiliary()
{
    NetDrawing net;
    net.conv("stem", "data.image", 6);
    net.denseTask("depth", "stem.out");
    net.conv("refine", "depth.out", 5);
    net.denseTask("seg", "refine.out");
    return net;
}

/// Deep supervision: depth's early prediction is read on by what all tasks share, normals' by nobody.
NetDrawing supervised()
{
    NetDrawing net;
    net.conv("stem", "data.image", 6);
    net.conv("depth_neck", "stem.out", 4);
    net.add("depth_early", "depth_head", {}, {"depth_neck.out"});
    net.conv("normals_neck", "stem.out", 5);
    net.add("normals_early", "normals_head", {}, {"normals_neck.out"});
    net.add("joined", "join", {}, {"stem.out", "depth_early.out", "normals_neck.out"}, {"in.0", "in.1", "in.2"});
    net.conv("mixed", "joined.out", 7);
    for (const std::string &task : denseTasks)
        net.denseTask(task, "mixed.out");
    for (const auto &[task, type, weight] : {std::tuple("depth", "l1", 0.4), std::tuple("normals", "cosine_normals", 1.0)}) {
        const std::string id = task;
        net.add(id + "_early_loss", type, {}, {id + "_early.out", "data.label." + id}, {"prediction", "label"});
        net.add(id + "_losses", "loss_sum", {{"early_weight", weight}}, {id + "_loss.loss", id + "_early_loss.loss"}, {"loss.0", "loss.1"});
        for (Edge &edge : net.graph.edges)
            if (edge.from.node == id + "_loss" && edge.to.node == "balance")
                edge.from = {id + "_losses", "sum"};
    }
    return net;
}

at::Generator engineNetGenerator(std::uint64_t seed)
{
    return at::detail::createCPUGenerator(seed);
}

} // namespace

const std::vector<std::string> &engineNets()
{
    static const std::vector<std::string> names{"shared_conv", "residual", "mlp", "deep_mlp", "cross_stitch", "mtan", "auxiliary", "supervised"};
    return names;
}

EngineNet makeEngineNet(const std::string &name, int tasks)
{
    const NetDrawing drawing = name == "mlp"            ? vectorNet(tasks, false)
                               : name == "deep_mlp"     ? vectorNet(tasks, true)
                               : name == "cross_stitch" ? crossStitch()
                               : name == "mtan"         ? mtan()
                               : name == "auxiliary"    ? auxiliary()
                               : name == "supervised"   ? supervised()
                                                        : sharedConv(name == "residual");
    const Analysis analysis = analyse(drawing.graph);
    if (!analysis.runnable())
        throw Error("{}: {}", name, analysis.firstError());
    const auto data = std::dynamic_pointer_cast<const DataBlock>(analysis.nodes.at("data").block);
    EngineNet net;
    net.model = Model::compile(drawing.graph, analysis, data->describe(), {.seed = 3});
    at::Generator random = engineNetGenerator(9);
    std::vector<std::int64_t> sizes{engineNetBatch};
    for (const std::int64_t size : data->describe().image)
        sizes.push_back(size);
    net.image = at::randn(sizes, random);
    for (const ModelTask &task : net.model->tasks()) {
        TaskLabels labels;
        labels.present = at::ones({engineNetBatch}, at::kBool);
        sizes = {engineNetBatch};
        for (const std::int64_t size : labelShape(task.info, data->describe().image))
            sizes.push_back(size);
        if (task.info.kind == TaskKind::segmentation)
            labels.values = at::randint(0, 4, sizes, random).to(at::kFloat);
        else
            labels.values = at::randn(sizes, random);
        if (task.info.kind == TaskKind::depth)
            labels.values = labels.values.abs() + 0.1;
        if (task.info.kind == TaskKind::normals)
            labels.values = labels.values / labels.values.norm(2, {1}, true);
        net.labels.push_back(labels);
    }
    return net;
}

NaiveGradients naiveGradients(EngineNet &net)
{
    const Forward forward = net.model->forward(net.image, false);
    std::vector<at::Tensor> parameters;
    for (const ModelParameter &parameter : net.model->parameters())
        parameters.push_back(parameter.value);
    NaiveGradients result;
    for (std::size_t t = 0; t < net.labels.size(); ++t) {
        const ModelTask &task = net.model->tasks()[t];
        at::Tensor loss = task.loss->loss(forward.predictions[t], net.labels[t].values, net.labels[t].present);
        for (const ModelTask::Early &early : task.early)
            loss = loss + early.weight * early.loss->loss(forward.nodes[early.prediction.node].outputs[early.prediction.output], net.labels[t].values, net.labels[t].present);
        result.losses.push_back(loss.item<double>());
        result.gradients.push_back(torch::autograd::grad({loss}, parameters, {}, true, false, true));
    }
    return result;
}

std::vector<double> NaiveGradients::gramian(const Model &model, const std::string &node) const
{
    const std::size_t tasks = gradients.size();
    std::vector<double> result(tasks * tasks, 0.0);
    for (std::size_t p = 0; p < model.parameters().size(); ++p) {
        const ModelParameter &parameter = model.parameters()[p];
        if (parameter.tasks.size() < 2 || (!node.empty() && model.nodes()[parameter.node].id != node))
            continue;
        for (std::size_t i = 0; i < tasks; ++i)
            for (std::size_t j = 0; j < tasks; ++j)
                if (gradients[i][p].defined() && gradients[j][p].defined())
                    result[i * tasks + j] += (gradients[i][p].to(at::kDouble) * gradients[j][p].to(at::kDouble)).sum().item<double>();
    }
    return result;
}

at::Tensor NaiveGradients::combined(std::size_t parameter, const std::vector<double> &weights) const
{
    at::Tensor sum;
    for (std::size_t t = 0; t < gradients.size(); ++t)
        if (gradients[t][parameter].defined()) {
            const at::Tensor part = gradients[t][parameter].to(at::kDouble) * weights[t];
            sum = sum.defined() ? sum + part : part;
        }
    return sum;
}

double relativeError(const at::Tensor &found, const at::Tensor &expected)
{
    const double size = expected.abs().max().item<double>();
    const double error = (found.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
    return size > 0 ? error / size : error;
}

double relativeError(const std::vector<double> &found, const std::vector<double> &expected)
{
    if (found.size() != expected.size())
        return INFINITY;
    double size = 0;
    double error = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        size = std::max(size, std::abs(expected[i]));
        error = std::max(error, std::isfinite(found[i]) ? std::abs(found[i] - expected[i]) : INFINITY);
    }
    return size > 0 ? error / size : error;
}

std::vector<double> ones(const EngineNet &net)
{
    return std::vector<double>(net.labels.size(), 1.0);
}

std::string gradientFault(const EngineNet &net, const NaiveGradients &naive, const std::vector<double> &shared, const std::vector<double> &own,
                          double tolerance)
{
    for (std::size_t p = 0; p < net.model->parameters().size(); ++p) {
        const ModelParameter &parameter = net.model->parameters()[p];
        const std::vector<double> &weights = isShared(parameter) ? shared : own;
        const at::Tensor &found = parameter.value.grad();
        const at::Tensor expected = naive.combined(p, weights);
        if (found.defined() != expected.defined())
            return fmt::format("{}: expected {} gradient", parameter.name, expected.defined() ? "a" : "no");
        if (!found.defined())
            continue;
        if (found.sizes() != parameter.value.sizes())
            return fmt::format("{}: wrong shape", parameter.name);
        double size = 0; // of what the sum is made from: parts may cancel
        for (std::size_t t = 0; t < weights.size(); ++t)
            if (naive.gradients[t][p].defined())
                size = std::max(size, std::abs(weights[t]) * naive.gradients[t][p].abs().max().item<double>());
        const double error = (found.to(at::kDouble) - expected).abs().max().item<double>();
        if (!(error <= tolerance * size + 1e-7))
            return fmt::format("{}: off by {} of {}", parameter.name, error, size);
    }
    return {};
}

BalanceBlock balanceOf(const std::string &method, const ParamMap &params)
{
    ParamMap all = params;
    all["method"] = method;
    BalanceBlock block;
    setParams(block, all, "balance");
    return block;
}

} // namespace concord::test
