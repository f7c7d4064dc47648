#include "tests/core/model/built_block.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

namespace concord::test {

static const AddSuiteCase relationalContextCase(
    "relational_context", {.inputs = [](const Block &, int repeats, Random &random) {
        const auto side = [&random] { return std::int64_t(1 + random.below(7)); };
        const Shape map = {std::int64_t(1 + random.below(4)), side(), side()};
        PortTypes result;
        for (int t = 0; t < repeats; ++t) {
            result[fmt::format("in.{}", t)] = features(map[0], map[1], map[2]);
            if (random.chance(0.7))
                result[fmt::format("initial.{}", t)] = {.type = PortType::prediction, .shape = {std::int64_t(1 + random.below(4)), map[1], map[2]}};
        }
        return result;
    }});

class RelationalContextTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;
    using Texts = std::vector<std::string>;

    static constexpr int height = 4;
    static constexpr int width = 5;

    /// Tasks with four channels and predictions of 2, 3, … classes.
    static BuiltBlock built(int tasks, ParamMap params)
    {
        PortTypes ports;
        for (int t = 0; t < tasks; ++t) {
            ports[fmt::format("in.{}", t)] = features(4, height, width);
            ports[fmt::format("initial.{}", t)] = {.type = PortType::prediction, .shape = {2 + t, height, width}};
        }
        params["channels"] = Whole(3);
        BuiltBlock block("relational_context", params, ports, tasks);
        block.layer->setTraining(false);
        return block;
    }

    static std::vector<at::Tensor> inputs(int tasks)
    {
        std::vector<at::Tensor> result;
        for (int t = 0; t < tasks; ++t)
            result.push_back(randomTensor({2, 4, height, width}, std::uint64_t(t) + 1));
        for (int t = 0; t < tasks; ++t)
            result.push_back(randomTensor({2, 2 + t, height, width}, std::uint64_t(t) + 21));
        return result;
    }

    static at::Tensor unit(const BuiltBlock &block, const std::string &name, const at::Tensor &x, bool rectified = true)
    {
        const at::Tensor y = at::einsum("oc,nc...->no...", {block.parameter(name + ".weight").flatten(1), x}) / std::sqrt(1 + 1e-5);
        return rectified ? y.clamp_min(0) : y;
    }

    /// What the block does with a context [N, 3, L] of the one source that task 0 has.
    static at::Tensor joined(const BuiltBlock &block, const at::Tensor &own, const at::Tensor &context)
    {
        const at::Tensor projected = unit(block, "task0.project", context, false);
        return unit(block, "task0.fuse", at::cat({own.flatten(2), projected}, 1)).reshape_as(own);
    }

    /// Softmax attention of [N, C, Q] over [N, C, K], from the definition.
    static at::Tensor softmaxContext(const BuiltBlock &block, const std::string &prefix, const at::Tensor &target, const at::Tensor &source)
    {
        const at::Tensor q = unit(block, prefix + "query2", unit(block, prefix + "query1", target));
        const at::Tensor k = unit(block, prefix + "key2", unit(block, prefix + "key1", source));
        const at::Tensor scores = at::einsum("ncq,nck->nqk", {q, k}) / std::sqrt(3.0);
        const at::Tensor weights = scores.exp() / scores.exp().sum({2}, true);
        return at::einsum("nqk,nck->ncq", {weights, unit(block, prefix + "value", source)});
    }

    /// Contexts of two tasks in which only task 0 looks, at task 1.
    static Texts only(const char *context) { return {"none", context, "none", "none"}; }

    /// Gives `to` the parameters of `from` that start so, under another start.
    static void copy(const BuiltBlock &from, const BuiltBlock &to, const std::string &start, const std::string &other)
    {
        const at::NoGradGuard noGrad;
        for (const Layer::Parameter &parameter : from.layer->parameters())
            if (parameter.name.starts_with(start))
                to.parameter(other + parameter.name.substr(start.size())).copy_(parameter.value);
    }

private Q_SLOTS:
    void noneEverywhereAreSeparateTasks()
    {
        const BuiltBlock block = built(3, {{"contexts", Texts{"none"}}});
        const std::vector<at::Tensor> in = inputs(3);
        const std::vector<at::Tensor> out = block.layer->forward(in);
        for (std::size_t t = 0; t < 3; ++t) {
            QVERIFY(at::allclose(out[t], unit(block, fmt::format("task{}.fuse", t), in[t]), 1e-4, 1e-5));
            for (std::size_t i = 0; i < 6; ++i)
                QCOMPARE(block.layer->connects(i, t), i == t);
        }
        QCOMPARE(block.inference.parameters, 3 * (4 * 4 + 2 * 4));
    }

    void globalIsSoftmaxAttention()
    {
        const BuiltBlock block = built(2, {{"contexts", only("global")}, {"attention", std::string("softmax")}});
        const std::vector<at::Tensor> in = inputs(2);
        const at::Tensor context = softmaxContext(block, "task0.from1.global.", in[0].flatten(2), in[1].flatten(2));
        QVERIFY(at::allclose(block.layer->forward(in)[0], joined(block, in[0], context), 1e-3, 1e-4));
    }

    /// Weights φ(q)·φ(k) / Σ φ(q)·φ(k) with φ = softplus, written out as a matrix.
    void linearAttentionIsAMeanToo()
    {
        const BuiltBlock block = built(2, {{"contexts", only("global")}, {"attention", std::string("linear")}});
        const std::vector<at::Tensor> in = inputs(2);
        const std::string prefix = "task0.from1.global.";
        const auto phi = [&](const char *part, const at::Tensor &x) {
            return unit(block, prefix + part + "2", unit(block, prefix + part + "1", x.flatten(2)), false).exp().log1p();
        };
        const at::Tensor products = at::einsum("ncq,nck->nqk", {phi("query", in[0]), phi("key", in[1])});
        const at::Tensor weights = products / products.sum({2}, true);
        const at::Tensor context = at::einsum("nqk,nck->ncq", {weights, unit(block, prefix + "value", in[1].flatten(2))});
        QVERIFY(at::allclose(block.layer->forward(in)[0], joined(block, in[0], context), 1e-3, 1e-4));
    }

    void aWindowOverTheWholeImageIsGlobal()
    {
        const BuiltBlock global = built(2, {{"contexts", only("global")}, {"attention", std::string("softmax")}});
        const BuiltBlock local = built(2, {{"contexts", only("local")}, {"window", Whole(9)}});
        copy(global, local, "task0.from1.global.", "task0.from1.local.");
        for (const char *end : {"task0.project", "task0.fuse"})
            copy(global, local, end, end);
        QVERIFY(at::allclose(local.layer->forward(inputs(2))[0], global.layer->forward(inputs(2))[0], 1e-4, 1e-5));
    }

    /// A place knows of the source what lies in the window around it, and all of that.
    void aWindowEnds()
    {
        const BuiltBlock block = built(2, {{"contexts", only("local")}, {"window", Whole(3)}});
        std::vector<at::Tensor> in = inputs(2);
        in[1].set_requires_grad(true);
        const at::Tensor there = block.layer->forward(in)[0].select(2, 0).select(2, 3).square().sum();
        const at::Tensor reached = torch::autograd::grad({there}, {in[1]})[0].abs().sum(at::IntArrayRef({0, 1}));
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                QCOMPARE(reached[y][x].item<float>() > 0, y <= 1 && std::abs(x - 3) <= 1);
    }

    /// Regions of the target's or of the source's initial prediction, a softmax over places for each class, as what is attended to.
    void labelContextsGoByInitialPredictions()
    {
        const std::vector<at::Tensor> in = inputs(2);
        for (const auto &[name, label] : {std::pair("t-label", 2), std::pair("s-label", 3)}) {
            const BuiltBlock block = built(2, {{"contexts", only(name)}});
            const at::Tensor scores = in[std::size_t(label)].flatten(2).exp();
            const at::Tensor regions = at::einsum("nkl,ncl->nck", {scores / scores.sum({2}, true), in[1].flatten(2)});
            const at::Tensor context = softmaxContext(block, fmt::format("task0.from1.{}.", name), in[0].flatten(2), regions);
            QVERIFY(at::allclose(block.layer->forward(in)[0], joined(block, in[0], context), 1e-3, 1e-4));
            for (std::size_t i = 0; i < 4; ++i)
                QCOMPARE(block.layer->connects(i, 0), i < 2 || i == std::size_t(label));
        }
    }

    /// In evaluation a search does what its best contexts do when they are fixed.
    void theBestOfASearchEqualsFixedContexts()
    {
        const BuiltBlock search = built(2, {{"choice", std::string("search")}});
        const at::NoGradGuard noGrad;
        const Texts contexts = {"local", "s-label", "t-label", "global"};
        for (int t = 0; t < 2; ++t)
            for (int s = 0; s < 2; ++s) {
                const std::map<std::string, int> column = {{"global", 1}, {"local", 2}, {"t-label", 3}, {"s-label", 4}};
                search.parameter(fmt::format("task{}.choice.architecture", t))[s][column.at(contexts[std::size_t(2 * t + s)])].fill_(1);
            }
        const BuiltBlock fixed = built(2, {{"contexts", contexts}});
        for (Layer::Parameter &parameter : fixed.layer->parameters())
            parameter.value.copy_(search.parameter(parameter.name));
        const std::vector<at::Tensor> expected = fixed.layer->forward(inputs(2));
        const std::vector<at::Tensor> found = search.layer->forward(inputs(2));
        for (std::size_t t = 0; t < 2; ++t)
            QVERIFY(at::equal(found[t], expected[t]));
        search.layer->setTraining(true);
        QVERIFY(!at::allclose(search.layer->forward(inputs(2))[0], expected[0], 1e-3, 1e-3));
    }

    void aSearchTriesAllContexts()
    {
        const BuiltBlock block = built(2, {{"choice", std::string("search")}});
        block.layer->setTraining(true);
        const std::vector<at::Tensor> out = block.layer->forward(inputs(2));
        (out[0].square().sum() + out[1].square().sum()).backward();
        for (const char *kind : {"global", "local", "t-label", "s-label"})
            QVERIFY(block.parameter(fmt::format("task0.from1.{}.value.weight", kind)).grad().abs().max().item<float>() > 0);
        QVERIFY(block.parameter("task1.choice.architecture").grad().abs().max().item<float>() > 0);
        // At first the entropy is rewarded: log 5 of other tasks and log 4 of a task itself, each by a third of the weight.
        const double expected = -0.06 / 3 * (std::log(5.0) + std::log(4.0)) / 2;
        QVERIFY(std::abs(block.layer->auxiliaryLoss().item<double>() - expected) < 1e-3);
        const Layer::Probe probe = block.layer->probes().at(0);
        QCOMPARE(probe.rows.at(1), std::string("task 0 from 1"));
        QVERIFY(at::allclose(probe.values.sum({1}), at::ones({4})));
    }

    void countsByPair()
    {
        const Whole context = 3 * 4 * 3 + 2 * 3 * 3 + 10 * 3;
        const Whole end = (3 * 2 * 4 + 8) + (2 * 4 * 4 + 8);
        QCOMPARE(built(2, {{"contexts", Texts{"global"}}}).inference.parameters, 4 * context + 2 * end);
        // A search: four contexts of the other, three of itself, five numbers each.
        QCOMPARE(built(2, {{"choice", std::string("search")}}).inference.parameters, 2 * (7 * context + end + 10));
        const Whole pixels = height * width;
        const Whole places = 2 * 3;
        const Whole pooled = pixels * (12 + 9) + places * (2 * 12 + 9) + 2 * pixels * places * 3;
        const Whole alone = 2 * pixels * 4 * 4;
        const BuiltBlock softmax = built(2, {{"contexts", only("global")}, {"attention", std::string("softmax")}, {"pool", Whole(2)}});
        QCOMPARE(softmax.inference.macs, pooled + pixels * (3 * 4 + 4 * 4) + alone);
    }

    void refusesWhatCannotBe()
    {
        const auto refusal = [](int tasks, const ParamMap &params) { return errorOf([&] { built(tasks, params); }); };
        QCOMPARE(refusal(2, {{"contexts", Texts{"far"}}}), std::string("contexts: expected none, global, local, t-label or s-label, found 'far'"));
        QCOMPARE(refusal(2, {{"contexts", Texts{"none", "none"}}}), std::string("contexts: expected one entry, or 4 for the pairs of 2 tasks, found 2"));
        QCOMPARE(refusal(2, {{"window", Whole(4)}}), std::string("window: expected an odd number, found 4"));
        const auto unlinked = [] { BuiltBlock("relational_context", {{"contexts", Texts{"s-label"}}}, {{"in.0", features(4, 3, 3)}}, 1); };
        QCOMPARE(errorOf(unlinked), std::string("input 'initial.0' expected a link for the context 's-label', found none"));
    }
};

CONCORD_TEST(RelationalContextTest)

} // namespace concord::test

#include "relational_context_test.moc"
