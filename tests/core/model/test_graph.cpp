#include "tests/core/model/test_graph.h"

#include "core/data/dataset.h"

namespace concord::test {

namespace {

class ModelTestData : public DataBlock
{
public:
    void params(ParamVisitor &visitor) override { visitor("size", size_, {.help = "Side of the images", .min = 1}); }

    DatasetInfo describe() const override
    {
        return {.image = {3, size_, size_},
                .tasks = {{.name = "seg", .kind = TaskKind::segmentation, .classes = 4},
                          {.name = "depth", .kind = TaskKind::depth, .classes = 1},
                          {.name = "normals", .kind = TaskKind::normals, .classes = 3}},
                .labelShapes = {{size_, size_}, {1, size_, size_}, {3, size_, size_}},
                .mean = {0.5F, 0.25F, 0.125F},
                .deviation = {0.5F, 0, 2}};
    }
    std::shared_ptr<const Dataset> open(Split, std::uint64_t) const override { throw Error("expected a real data set, found a test's"); }

private:
    std::int64_t size_ = 16;
};

class ModelTestBalance : public Block
{
public:
    std::vector<Port> inputs() const override { return {Port{.id = "loss", .type = PortType::loss, .repeats = true}}; }
    std::vector<Port> outputs() const override { return {}; }
    Inference infer(const PortTypes &, int) const override { return {}; }
};

const Register<Block, ModelTestData> registeredModelTestData{
    Card{.id = "model_test_data", .title = "Test data", .category = "Data", .summary = "Images that are never read."}};
const Register<Block, ModelTestBalance> registeredModelTestBalance{
    Card{.id = "model_test_balance", .title = "Test balance", .category = "Balance", .summary = "Takes losses."}};

PortRef portRef(const std::string &text)
{
    const std::size_t dot = text.find('.');
    return {text.substr(0, dot), text.substr(dot + 1)};
}

} // namespace

GraphBuilder::GraphBuilder(std::int64_t size)
{
    graph_.nodes.push_back({.id = "data", .type = "model_test_data", .params = {{"size", size}}});
    graph_.nodes.push_back({.id = "balance", .type = "model_test_balance"});
}

GraphBuilder &GraphBuilder::add(const std::string &id, const std::string &type, const ParamMap &params, const std::vector<std::string> &from,
                                const std::vector<std::string> &to)
{
    graph_.nodes.push_back({.id = id, .type = type, .params = params});
    for (std::size_t i = 0; i < from.size(); ++i)
        graph_.edges.push_back({.from = portRef(from[i]), .to = {id, to[i]}});
    return *this;
}

GraphBuilder &GraphBuilder::task(const std::string &name, const std::string &from)
{
    if (name == "seg")
        add(name, "segmentation_head", {{"classes", std::int64_t(4)}}, {from});
    else
        add(name, name + "_head", {}, {from});
    const std::string loss = name == "seg" ? "cross_entropy" : name == "depth" ? "l1" : "cosine_normals";
    add(name + "_loss", loss, {}, {name + ".out", "data.label." + name}, {"prediction", "label"});
    graph_.edges.push_back({.from = {name + "_loss", "loss"}, .to = {"balance", fmt::format("loss.{}", tasks_++)}});
    return *this;
}

DatasetInfo GraphBuilder::data() const
{
    ModelTestData block;
    setParams(block, graph_.nodes.front().params, "data");
    return block.describe();
}

std::unique_ptr<Model> GraphBuilder::compile(const ModelOptions &options) const
{
    const Analysis analysis = analyse(graph_);
    if (!analysis.runnable())
        throw Error("{}", analysis.firstError());
    return Model::compile(graph_, analysis, data(), options);
}

} // namespace concord::test
