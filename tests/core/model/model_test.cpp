#include "core/model/model.h"

#include "core/objective/loss_block.h"
#include "tests/core/model/built_block.h"
#include "tests/core/model/test_graph.h"

#include "tests/support/testing.h"

#include <set>

using namespace concord;
using concord::test::GraphBuilder;

namespace {

using Whole = std::int64_t;

GraphBuilder hardSharing(Whole size = 16)
{
    GraphBuilder graph(size);
    graph.add("stem", "conv_stack", {{"channels", std::vector<Whole>{8, 12}}, {"strides", std::vector<Whole>{1, 2}}}, {"data.image"});
    graph.add("stage", "residual_stage", {{"channels", Whole(12)}, {"stride", Whole(2)}}, {"stem.out"});
    for (const std::string task : {"seg", "depth", "normals"}) {
        graph.add(task + "_decoder", "dense_decoder", {{"channels", Whole(6)}, {"upsample", Whole(4)}}, {"stage.out"});
        graph.task(task, task + "_decoder.out");
    }
    return graph;
}

std::vector<at::Tensor> losses(const Model &model, const Forward &forward, Whole size)
{
    std::vector<at::Tensor> result;
    const at::Tensor present = at::ones({2}, at::kBool);
    for (std::size_t t = 0; t < model.tasks().size(); ++t) {
        const Whole channels = forward.predictions[t].size(1);
        at::Tensor label = concord::test::randomTensor({2, channels, size, size}, 50 + t).abs().add(0.1);
        if (model.tasks()[t].info.kind == TaskKind::segmentation)
            label = label.argmax(1).to(at::kFloat);
        else if (model.tasks()[t].info.kind == TaskKind::normals)
            label = label / label.norm(2, {1}, true);
        result.push_back(model.tasks()[t].loss->loss(forward.predictions[t], label, present));
    }
    return result;
}

/// Gradients of the sum of losses by walking the nodes of a segmented forward pass from the back, as the gradient engine does.
std::vector<at::Tensor> segmentedGradients(Model &model, const at::Tensor &image)
{
    const Forward forward = model.forward(image, true);
    std::vector<std::vector<at::Tensor>> grads;
    for (const Forward::NodeValues &values : forward.nodes)
        grads.emplace_back(values.outputs.size());
    const auto add = [](at::Tensor &sum, const at::Tensor &value) { sum = sum.defined() ? sum + value : value; };
    const std::vector<at::Tensor> loss = losses(model, forward, image.size(2));
    for (std::size_t t = 0; t < loss.size(); ++t) {
        const ModelNode::Source &at = model.tasks()[t].prediction;
        add(grads[std::size_t(at.node)][std::size_t(at.output)], torch::autograd::grad({loss[t]}, {forward.predictions[t]}).front());
    }
    for (std::size_t n = forward.nodes.size(); n-- > 0;) {
        torch::autograd::variable_list outputs;
        torch::autograd::variable_list seeds;
        for (std::size_t o = 0; o < grads[n].size(); ++o) {
            if (!grads[n][o].defined())
                continue;
            outputs.push_back(forward.nodes[n].outputs[o]);
            seeds.push_back(grads[n][o]);
        }
        torch::autograd::backward(outputs, seeds);
        const ModelNode &node = model.nodes()[n];
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
            if (node.inputs[i].node >= 0)
                add(grads[std::size_t(node.inputs[i].node)][std::size_t(node.inputs[i].output)], forward.nodes[n].inputs[i].grad());
    }
    std::vector<at::Tensor> result;
    for (const ModelParameter &parameter : model.parameters())
        result.push_back(parameter.value.grad().clone());
    return result;
}

std::vector<at::Tensor> wholeGradients(Model &model, const at::Tensor &image)
{
    const Forward forward = model.forward(image);
    at::Tensor sum = at::zeros({});
    for (const at::Tensor &loss : losses(model, forward, image.size(2)))
        sum = sum + loss;
    torch::autograd::variable_list values;
    for (const ModelParameter &parameter : model.parameters())
        values.push_back(parameter.value);
    return torch::autograd::grad({sum}, values);
}

} // namespace

class ModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void splitsHardSharing()
    {
        const auto model = hardSharing().compile();
        QCOMPARE(model->nodes().size(), std::size_t(8));   // stem, stage, three decoders and heads
        QCOMPARE(model->tasks().size(), std::size_t(3));
        for (const ModelParameter &parameter : model->parameters()) {
            const bool shared = parameter.name.starts_with("stem.") || parameter.name.starts_with("stage.");
            QCOMPARE(parameter.tasks.size(), std::size_t(shared ? 3 : 1));
            if (!shared) {
                const std::string &task = model->tasks()[std::size_t(parameter.tasks[0])].info.name;
                QVERIFY2(parameter.name.starts_with(task), parameter.name.c_str());
            }
        }
    }

    void learningRatesOfNodes()
    {
        const auto model = hardSharing().compile();
        const std::vector<double> factors = model->rateFactors({" stage = 10 ", "seg_decoder=0.5"});
        QCOMPARE(factors.size(), model->parameters().size());
        for (std::size_t i = 0; i < factors.size(); ++i) {
            const std::string &name = model->parameters()[i].name;
            QCOMPARE(factors[i], name.starts_with("stage.") ? 10.0 : name.starts_with("seg_decoder.") ? 0.5 : 1.0);
        }
        for (const std::string text : {"stage", "stage=fast", "stage=-1", "stage=1=2"})
            QVERIFY(concord::test::errorOf([&] { model->rateFactors({text}); }).find("found '" + text + "'") != std::string::npos);
        QVERIFY(concord::test::errorOf([&] { model->rateFactors({"stge=2"}); }).find("did you mean 'stage'") != std::string::npos);
    }

    void namesLabelsByTask()
    {
        GraphBuilder graph;
        graph.add("stem", "conv_stack", {}, {"data.image"});
        graph.task("normals", "stem.out").task("seg", "stem.out");   // another order than the data set's
        const auto model = graph.compile();
        QCOMPARE(model->tasks()[0].label, 2);
        QCOMPARE(model->tasks()[1].label, 0);
        QCOMPARE(model->tasks()[1].loss->task().classes, Whole(4));
    }

    void wholeAndSegmentedAgree()
    {
        const auto model = hardSharing().compile();
        const at::Tensor image = concord::test::randomTensor({2, 3, 16, 16});
        model->setTraining(false);   // equal running statistics in both
        const Forward whole = model->forward(image);
        const Forward segmented = model->forward(image, true);
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::equal(whole.predictions[t], segmented.predictions[t]));

        model->setTraining(true);
        const std::vector<at::Tensor> expected = wholeGradients(*model, image);
        const std::vector<at::Tensor> found = segmentedGradients(*model, image);
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2((found[i] - expected[i]).abs().max().item<float>() <= 1e-5F, model->parameters()[i].name.c_str());
    }

    void leavesAreCut()
    {
        const auto model = hardSharing().compile();
        const Forward forward = model->forward(concord::test::randomTensor({1, 3, 16, 16}), true);
        QVERIFY(!forward.nodes[0].inputs[0].requires_grad());   // the image
        for (std::size_t n = 1; n < forward.nodes.size(); ++n) {
            QVERIFY(forward.nodes[n].inputs[0].is_leaf());
            QVERIFY(forward.nodes[n].inputs[0].requires_grad());
        }
    }

    void deferringTheUpsamplingChangesNothing()
    {
        const auto model = hardSharing(20).compile();
        model->setTraining(false);
        const at::Tensor image = concord::test::randomTensor({2, 3, 20, 20});
        const Forward deferred = model->forward(image);
        int moved = 0;
        for (const ModelNode &node : model->nodes()) {
            moved += node.upsampleAfter == 4;
            node.layer->setUpsampleDeferred(false);
        }
        QCOMPARE(moved, 3);

        // The same layers by hand, with the upsampling before the heads.
        std::vector<at::Tensor> values;
        const at::Tensor normalised = (image - model->mean()) / model->deviation();
        for (const ModelNode &node : model->nodes())
            values.push_back(node.layer->forward({node.inputs[0].node < 0 ? normalised : values[std::size_t(node.inputs[0].node)]}).front());
        for (std::size_t t = 0; t < 3; ++t) {
            const at::Tensor &expected = values[std::size_t(model->tasks()[t].prediction.node)];
            QCOMPARE(shapeText(deferred.predictions[t].sizes().vec()), shapeText(expected.sizes().vec()));
            QVERIFY(concord::test::relativeError(deferred.predictions[t], expected) <= 1e-5);
        }
    }

    void doesNotDeferWhatOthersRead()
    {
        GraphBuilder graph(8);
        graph.add("stem", "conv_stack", {{"strides", std::vector<Whole>{2}}}, {"data.image"});
        graph.add("up", "upsample", {}, {"stem.out"});
        graph.add("more", "conv_stack", {}, {"up.out"});
        graph.task("seg", "up.out").task("depth", "more.out");
        const auto model = graph.compile();
        for (const ModelNode &node : model->nodes())
            QCOMPARE(node.upsampleAfter, 0);
        QCOMPARE(model->forward(concord::test::randomTensor({1, 3, 8, 8})).predictions[0].size(2), Whole(8));
    }

    void splitsCrossStitchAndAttention()
    {
        GraphBuilder graph(8);
        graph.add("a", "conv_stack", {{"channels", std::vector<Whole>{4}}}, {"data.image"});
        graph.add("b", "conv_stack", {{"channels", std::vector<Whole>{4}}}, {"data.image"});
        graph.add("stitch", "cross_stitch", {}, {"a.out", "b.out"}, {"in.0", "in.1"});
        graph.add("c", "conv_stack", {{"channels", std::vector<Whole>{4}}}, {"stitch.out.0"});
        graph.task("seg", "c.out").task("depth", "stitch.out.1");
        const auto stitched = graph.compile();
        for (const ModelParameter &parameter : stitched->parameters()) {
            const bool shared = parameter.name.starts_with("a.") || parameter.name.starts_with("b.") || parameter.name == "stitch.alpha";
            QCOMPARE(parameter.tasks.size(), std::size_t(shared ? 2 : 1));
        }
        verifyReachByGradients(*stitched);

        GraphBuilder mtan(8);
        mtan.add("u", "conv_stack", {{"channels", std::vector<Whole>{4}}}, {"data.image"});
        mtan.add("p", "conv_stack", {{"channels", std::vector<Whole>{4}}}, {"u.out"});
        mtan.add("first", "mtan_attention", {{"channels", Whole(5)}}, {"u.out", "p.out"}, {"first", "last"});
        mtan.add("second", "mtan_attention", {{"channels", Whole(5)}}, {"u.out", "p.out", "first.out.0", "first.out.1"},
                 {"first", "last", "previous.0", "previous.1"});
        mtan.task("seg", "second.out.0").task("depth", "second.out.1");
        const auto model = mtan.compile();
        int specific = 0;
        for (const ModelParameter &parameter : model->parameters()) {
            const std::size_t task = parameter.name.find(".task");
            const bool shared = parameter.name.starts_with("u.") || parameter.name.starts_with("p.") || parameter.name.find(".f.") != std::string::npos;
            QCOMPARE(parameter.tasks.size(), std::size_t(shared ? 2 : 1));
            if (task == std::string::npos)
                continue;
            QCOMPARE(parameter.tasks[0], parameter.name[task + 5] - '0');
            ++specific;
        }
        QCOMPARE(specific, 2 * 2 * 2 * 3);   // modules × tasks × (g, h) × (kernel, norm weight, norm bias)
        verifyReachByGradients(*model);
    }

    void startsFromTheSeedAndTheNodesName()
    {
        const at::Tensor image = concord::test::randomTensor({1, 3, 16, 16});
        const auto one = hardSharing().compile({.device = "cpu", .channelsLast = true, .seed = 3});
        const auto same = hardSharing().compile({.device = "cpu", .channelsLast = false, .seed = 3});
        const auto other = hardSharing().compile({.device = "cpu", .channelsLast = true, .seed = 4});
        QVERIFY(one->parameters()[0].value.is_contiguous(at::MemoryFormat::ChannelsLast));
        QVERIFY(at::equal(one->parameters()[0].value, same->parameters()[0].value));
        QVERIFY(!at::equal(one->parameters()[0].value, other->parameters()[0].value));
        for (const auto &model : {one.get(), same.get()})
            model->setTraining(false);
        QVERIFY(concord::test::relativeError(one->forward(image).predictions[0], same->forward(image).predictions[0]) <= 1e-5);
    }

    void normalisesTheImage()
    {
        GraphBuilder graph(2);
        graph.task("normals", "data.image");   // a head right on the image
        const auto model = graph.compile();
        for (const ModelParameter &parameter : model->parameters()) {
            const at::NoGradGuard noGrad;
            parameter.value.copy_(parameter.value.dim() == 4 ? at::eye(3).view({3, 3, 1, 1}) : at::zeros({3}));
        }
        const at::Tensor found = model->forward(at::ones({1, 3, 2, 2})).predictions[0];
        const float expected[] = {1, 0.75F, 0.4375F};   // (1 − mean) / deviation; a deviation of 0 counts as 1
        for (int c = 0; c < 3; ++c)
            QCOMPARE(found[0][c][1][0].item<float>(), expected[c]);
    }

    void namesTheDeviceThatIsMissing()
    {
        const std::string missing = concord::test::errorOf([] { hardSharing().compile({.device = "cuda:77", .channelsLast = true, .seed = 1}); });
        QVERIFY2(missing.starts_with("device 'cuda:77': expected a CUDA device, found"), missing.c_str());
        for (const char *name : {"gpu", "cuda:", "cuda:x", "cuda:1x", ""}) {
            const std::string wrong = concord::test::errorOf([name] { hardSharing().compile({.device = name, .channelsLast = true, .seed = 1}); });
            QVERIFY2(wrong.starts_with("device: expected 'cpu'"), wrong.c_str());
        }
    }

    void listsBuffersByNode()
    {
        std::set<std::string> names;
        for (const auto &[name, value] : hardSharing().compile()->buffers())
            names.insert(name);
        QVERIFY(names.contains("stem.bn1.running_mean"));
        QVERIFY(names.contains("stage.0.downsample.1.num_batches_tracked"));
    }

private:
    /// A parameter's tasks are exactly those whose loss autograd traces back to it.
    static void verifyReachByGradients(Model &model)
    {
        const Forward forward = model.forward(concord::test::randomTensor({2, 3, 8, 8}));
        const std::vector<at::Tensor> loss = losses(model, forward, 8);
        torch::autograd::variable_list values;
        for (const ModelParameter &parameter : model.parameters())
            values.push_back(parameter.value);
        for (std::size_t t = 0; t < loss.size(); ++t) {
            const auto grads = torch::autograd::grad({loss[t]}, values, {}, /*retain_graph=*/true, false, /*allow_unused=*/true);
            for (std::size_t i = 0; i < grads.size(); ++i) {
                const std::vector<int> &tasks = model.parameters()[i].tasks;
                QVERIFY2(grads[i].defined() == (std::ranges::find(tasks, int(t)) != tasks.end()), model.parameters()[i].name.c_str());
            }
        }
    }
};

CONCORD_TEST(ModelTest)
#include "model_test.moc"
