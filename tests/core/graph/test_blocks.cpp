#include "tests/core/graph/test_blocks.h"

#include "core/base/error.h"
#include "core/graph/block.h"

namespace concord::test {

namespace {

const std::vector<TaskInfo> sampleTasks = {{.name = "seg", .kind = TaskKind::segmentation, .classes = 5},
                                           {.name = "depth", .kind = TaskKind::depth, .classes = 1},
                                           {.name = "tag", .kind = TaskKind::classification, .classes = 3}};

class TestData : public Block
{
public:
    bool missing_ = false;

    void params(ParamVisitor &visitor) override { visitor("missing", missing_, {.help = "As if the files were not there"}); }
    std::vector<Port> inputs() const override { return {}; }
    std::vector<Port> outputs() const override
    {
        std::vector<Port> ports = {{.id = "image", .type = PortType::image}};
        for (const TaskInfo &task : sampleTasks)
            if (!missing_)
                ports.push_back({.id = "label." + task.name, .type = PortType::label});
        return ports;
    }
    Inference infer(const PortTypes &, int) const override
    {
        if (missing_)
            throw Error("expected files in 'here', found none");
        Inference inference{.outputs = {{"image", {.type = PortType::image, .shape = {3, 32, 32}}}}};
        for (const TaskInfo &task : sampleTasks)
            inference.outputs["label." + task.name] = {.type = PortType::label, .shape = {32, 32}, .task = task};
        return inference;
    }
};

class TestConv : public Block
{
public:
    std::int64_t channels_ = 8;
    std::string norm_ = "batch";
    double slope_ = 0.1;

    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Output channels", .min = 1, .max = 4096});
        visitor("norm", norm_, {.help = "Normalisation", .choices = {"batch", "none"}});
        visitor("slope", slope_, {.help = "Slope for negative values", .min = 0, .max = 1});
    }
    std::vector<Port> inputs() const override { return {{.id = "in"}, {.id = "skip", .optional = true}}; }
    std::vector<Port> outputs() const override { return {{.id = "out"}}; }
    Inference infer(const PortTypes &inputs, int) const override
    {
        const Shape &in = requireShape(inputs, "in", 3);
        if (inputs.contains("skip") && requireShape(inputs, "skip", 3) != in)
            throw Error("input 'skip' expected the shape of 'in', found another");
        const std::int64_t weights = in[0] * channels_ * 9;
        return {.outputs = {{"out", {.shape = {channels_, in[1], in[2]}}}}, .parameters = weights, .macs = weights * in[1] * in[2]};
    }
    std::string summary() const override { return std::to_string(channels_) + " channels"; }
};

class TestHead : public Block
{
public:
    std::int64_t classes_ = 1;

    void params(ParamVisitor &visitor) override { visitor("classes", classes_, {.help = "Output channels", .min = 1}); }
    std::vector<Port> inputs() const override { return {{.id = "in"}}; }
    std::vector<Port> outputs() const override { return {{.id = "out", .type = PortType::prediction}}; }
    Inference infer(const PortTypes &inputs, int) const override
    {
        const Shape &in = requireShape(inputs, "in", 3);
        return {.outputs = {{"out", {.type = PortType::prediction, .shape = {classes_, in[1], in[2]}}}},
                .parameters = in[0] * classes_ + classes_,
                .macs = in[0] * classes_ * in[1] * in[2]};
    }
};

class TestExchange : public Block
{
public:
    std::vector<Port> inputs() const override { return {{.id = "in", .repeats = true}}; }
    std::vector<Port> outputs() const override { return {{.id = "out", .repeats = true}}; }
    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        Inference inference{.parameters = repeats * repeats};
        for (int i = 0; i < repeats; ++i)
            inference.outputs["out." + std::to_string(i)] = {.shape = requireShape(inputs, "in." + std::to_string(i), 3)};
        return inference;
    }
};

class TestLoss : public Block
{
public:
    std::vector<Port> inputs() const override { return {{.id = "prediction", .type = PortType::features}, {.id = "label", .type = PortType::label}}; }
    std::vector<Port> outputs() const override { return {{.id = "loss", .type = PortType::loss}}; }
    Inference infer(const PortTypes &inputs, int) const override
    {
        const std::int64_t channels = requireShape(inputs, "prediction", 3)[0];
        const std::int64_t classes = requireInput(inputs, "label").task.classes;
        if (channels != classes)
            throw Error("expected {} channels for {} classes, found {}", classes, classes, channels);
        return {.outputs = {{"loss", {.type = PortType::loss}}}};
    }
};

class TestSum : public Block
{
public:
    std::vector<Port> inputs() const override { return {{.id = "loss", .type = PortType::loss, .repeats = true}}; }
    std::vector<Port> outputs() const override { return {{.id = "sum", .type = PortType::loss}}; }
    Inference infer(const PortTypes &, int) const override { return {.outputs = {{"sum", {.type = PortType::loss}}}}; }
};

class TestBalance : public Block
{
public:
    std::string method_ = "equal";
    double c_ = 0.5;

    void params(ParamVisitor &visitor) override
    {
        visitor("method", method_, {.help = "Balance method", .choices = {"equal", "averse"}});
        if (method_ == "averse")
            visitor("c", c_, {.help = "Radius", .min = 0, .max = 1});
    }
    std::vector<Port> inputs() const override { return {{.id = "loss", .type = PortType::loss, .repeats = true}}; }
    std::vector<Port> outputs() const override { return {}; }
    Inference infer(const PortTypes &, int) const override { return {.parameters = 2}; }
};

class TestThrows : public Block
{
public:
    std::vector<Port> inputs() const override { throw std::out_of_range("no ports today"); }
    std::vector<Port> outputs() const override { return {}; }
    Inference infer(const PortTypes &, int) const override { return {}; }
};

const Register<Block, TestData> registeredTestData{Card{.id = "test_data", .title = "Data", .category = "Data"}};
const Register<Block, TestConv> registeredTestConv{Card{.id = "test_conv", .title = "Convolution", .category = "Layers"}};
const Register<Block, TestHead> registeredTestHead{Card{.id = "test_head", .title = "Head", .category = "Heads"}};
const Register<Block, TestExchange> registeredTestExchange{Card{.id = "test_exchange", .title = "Exchange", .category = "Sharing"}};
const Register<Block, TestLoss> registeredTestLoss{Card{.id = "test_loss", .title = "Loss", .category = "Losses"}};
const Register<Block, TestSum> registeredTestSum{Card{.id = "test_sum", .title = "Sum", .category = "Losses"}};
const Register<Block, TestBalance> registeredTestBalance{Card{.id = "test_balance", .title = "Balance", .category = "Balance"}};
const Register<Block, TestThrows> registeredTestThrows{Card{.id = "test_throws", .title = "Throws", .category = "Layers"}};

} // namespace

Edge edge(const std::string &from, const std::string &to)
{
    const auto port = [](const std::string &text) { return PortRef{text.substr(0, text.find('.')), text.substr(text.find('.') + 1)}; };
    return {port(from), port(to)};
}

TaskGraph sampleGraph(int tasks)
{
    TaskGraph graph{.nodes = {{.id = "data", .type = "test_data"},
                              {.id = "enc", .type = "test_conv", .params = {{"channels", std::int64_t(16)}}},
                              {.id = "balance", .type = "test_balance"}},
                    .edges = {edge("data.image", "enc.in")}};
    for (int i = 0; i < tasks; ++i) {
        const TaskInfo &task = sampleTasks[std::size_t(i)];
        graph.nodes.push_back({.id = "head_" + task.name, .type = "test_head", .params = {{"classes", task.classes}}});
        graph.nodes.push_back({.id = "loss_" + task.name, .type = "test_loss"});
        graph.edges.push_back(edge("enc.out", "head_" + task.name + ".in"));
        graph.edges.push_back(edge("head_" + task.name + ".out", "loss_" + task.name + ".prediction"));
        graph.edges.push_back(edge("data.label." + task.name, "loss_" + task.name + ".label"));
        graph.edges.push_back(edge("loss_" + task.name + ".loss", "balance.loss." + std::to_string(i)));
    }
    return graph;
}

} // namespace concord::test
