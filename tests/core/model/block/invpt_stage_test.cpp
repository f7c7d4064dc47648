#include "tests/core/model/built_block.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

namespace concord::test {

static const AddSuiteCase invptStageCase("invpt_stage",
                                         {.inputs =
                                              [](const Block &block, int repeats, Random &random) {
                                                  PortTypes result;
                                                  const auto some = [&random](int most) { return std::int64_t(1 + random.below(std::uint64_t(most))); };
                                                  const std::int64_t height = some(6);
                                                  const std::int64_t width = some(6);
                                                  for (int t = 0; t < repeats; ++t)
                                                      result[fmt::format("in.{}", t)] = features(some(4), height, width);
                                                  if (random.chance(0.5))
                                                      result["encoder"] = features(some(4), some(9), some(9));
                                                  if (random.chance(0.5)) {
                                                      // As many scores as this stage has, from a stage of another size.
                                                      const std::string refusal = errorOf([&] { block.infer(result, repeats); });
                                                      if (refusal.empty())
                                                          result["message"] =
                                                              features(block.infer(result, repeats).outputs.at("message").shape[0], some(4), some(4));
                                                  }
                                                  return result;
                                              },
                                          .rounding = 0.4}); // a layer norm over two channels leaves little but signs

class InvptStageTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    struct Stage : BuiltBlock
    {
        Stage(int tasks, const ParamMap &params, bool hasMessage = false, bool hasEncoder = false)
            : BuiltBlock("invpt_stage", with(params), ports(tasks, params, hasMessage, hasEncoder), tasks)
        {
            layer->setTraining(false);
        }

        static ParamMap with(ParamMap params)
        {
            params.insert({{"channels", Whole(4)}, {"heads", Whole(2)}, {"ratio", Whole(2)}, {"pool", Whole(4)}});
            return params;
        }

        static PortTypes ports(int tasks, const ParamMap &params, bool hasMessage, bool hasEncoder)
        {
            PortTypes result;
            for (int t = 0; t < tasks; ++t)
                result[fmt::format("in.{}", t)] = features(3, 4, 6);
            if (hasEncoder)
                result["encoder"] = features(2, 8, 12);
            if (hasMessage) {
                const auto block = BlockRegistry::instance().make("invpt_stage");
                setParams(*block, with(params), "invpt_stage");
                result["message"] = features(block->infer(result, tasks).outputs.at("message").shape[0], 2, 3);
            }
            return result;
        }
    };

    static std::vector<at::Tensor> maps(int tasks)
    {
        std::vector<at::Tensor> result;
        for (int t = 0; t < tasks; ++t)
            result.push_back(randomTensor({2, 3, 4, 6}, std::uint64_t(t) + 1));
        result.resize(std::size_t(tasks) + 2);
        return result;
    }

    static at::Tensor normed(const at::Tensor &x)
    {
        const at::Tensor centred = x - x.mean({1}, true);
        return centred / (centred.square().mean({1}, true) + 1e-6).sqrt();
    }

    static at::Tensor mapped(const Stage &stage, const std::string &name, const at::Tensor &x)
    {
        const at::Tensor bias = stage.parameter(name + ".bias");
        return at::einsum("oc,nc...->no...", {stage.parameter(name + ".weight"), x}) + bias.reshape({1, -1, 1, 1});
    }

    /// The stage without messages, from the paper's formulas, tasks' tokens one behind another; to be compared with a fresh layer.
    static std::vector<at::Tensor> byHand(const Stage &stage, const std::vector<at::Tensor> &inputs, std::size_t tasks)
    {
        const double fresh = 1 / std::sqrt(1 + 1e-5);
        std::vector<at::Tensor> x;
        std::vector<at::Tensor> q;
        std::vector<at::Tensor> kv;
        for (std::size_t t = 0; t < tasks; ++t) {
            at::Tensor y = at::upsample_bilinear2d(inputs[t], {8, 12}, false);
            for (int i = 0; i < 2; ++i)
                y = (at::conv2d(y, stage.parameter(fmt::format("task{}.embed{}.weight", t, i)), {}, 1, 2, 2) * fresh).clamp_min(0);
            x.push_back(y);
            const at::Tensor query = at::conv2d(normed(y), stage.parameter(fmt::format("task{}.query.weight", t)), {}, 2, 1, 1, 4) * fresh;
            q.push_back(mapped(stage, "q", query).flatten(2));
            kv.push_back(mapped(stage, "kv", at::avg_pool2d(normed(y), 4)).flatten(2));
        }
        const at::Tensor keys = at::cat(kv, 2);
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < tasks; ++t) {
            std::vector<at::Tensor> heads;
            for (int head = 0; head < 2; ++head) {
                const at::Tensor scores = at::einsum("ncq,nck->nqk", {q[t].narrow(1, 2 * head, 2), keys.narrow(1, 2 * head, 2)}) / std::sqrt(4.0);
                const at::Tensor weights = scores.exp() / scores.exp().sum({2}, true);
                heads.push_back(at::einsum("nqk,nck->ncq", {weights, keys.narrow(1, 4 + 2 * head, 2)}));
            }
            const at::Tensor answer = mapped(stage, "proj", at::cat(heads, 1).reshape({2, 4, 4, 6}));
            const at::Tensor y = x[t] + at::upsample_bilinear2d(answer, {8, 12}, false);
            result.push_back(y + mapped(stage, "mlp.fc2", at::gelu(mapped(stage, "mlp.fc1", normed(y)))));
        }
        return result;
    }

    /// Does the input of task `from` reach the output of task `to`?
    static bool reaches(const Stage &stage, std::size_t from, std::size_t to)
    {
        std::vector<at::Tensor> inputs = maps(2);
        inputs[from].set_requires_grad(true);
        const at::Tensor value = stage.layer->forward(inputs)[to].square().sum();
        const at::Tensor gradient =
            torch::autograd::grad({value}, {inputs[from]}, {}, /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true)[0];
        return gradient.defined() && gradient.abs().max().item<float>() > 0;
    }

private Q_SLOTS:
    void isJointAttentionAtTwiceTheSize()
    {
        const Stage stage(3, {});
        const std::vector<at::Tensor> inputs = maps(3);
        const std::vector<at::Tensor> outputs = stage.layer->forward(inputs);
        const std::vector<at::Tensor> expected = byHand(stage, inputs, 3);
        for (std::size_t t = 0; t < 3; ++t) {
            QCOMPARE(outputs[t].sizes().vec(), (std::vector<Whole>{2, 4, 8, 12}));
            QVERIFY(at::allclose(outputs[t], expected[t], 1e-3, 1e-4));
        }
    }

    void tasksReachEachOtherUnlessMasked()
    {
        const Stage all(2, {});
        const Stage own(2, {{"cross", std::string("own")}});
        QVERIFY(reaches(all, 0, 1) && reaches(all, 1, 0) && reaches(all, 0, 0));
        QVERIFY(!reaches(own, 0, 1) && !reaches(own, 1, 0) && reaches(own, 0, 0));
        QVERIFY(all.layer->connects(0, 1) && !own.layer->connects(0, 1) && own.layer->connects(0, 2));
        // What the graph promises, each parameter keeps.
        for (const Layer::Parameter &parameter : own.layer->parameters())
            if (parameter.name.starts_with("task1"))
                QCOMPARE(parameter.outputs, (std::vector<int>{1, 2}));
    }

    /// With its weight at zero a message changes nothing; at its start it does.
    void aMessageOfNoWeightIsPlainAttention()
    {
        const Stage with(2, {}, true);
        const Stage without(2, {});
        std::vector<at::Tensor> inputs = maps(2);
        const std::vector<at::Tensor> plain = without.layer->forward(inputs);
        const at::NoGradGuard noGrad;
        for (Layer::Parameter &parameter : without.layer->parameters())
            with.parameter(parameter.name).copy_(parameter.value);
        inputs[3] = randomTensor({2, 2 * 2 * 2 * 6, 2, 3}, 30);
        QVERIFY(!at::allclose(with.layer->forward(inputs)[0], plain[0], 1e-3, 1e-3));
        with.parameter("fuse.message").zero_();
        QVERIFY(at::allclose(with.layer->forward(inputs)[0], plain[0], 1e-5, 1e-6));
    }

    /// What one stage sends the next adds to its scores head by head: equal maps on equal weights, and nothing to resize, double the scores.
    void aMessageIsTheScoresBefore()
    {
        const Stage stage(2, {}, true);
        std::vector<at::Tensor> inputs = maps(2);
        inputs[3] = at::zeros({2, 48, 4, 6});
        const at::Tensor first = stage.layer->forward(inputs).back();
        QCOMPARE(first.sizes().vec(), (std::vector<Whole>{2, 48, 4, 6}));
        inputs[3] = first;
        QVERIFY(at::allclose(stage.layer->forward(inputs).back(), 2 * first, 1e-4, 1e-5));
        const at::NoGradGuard noGrad;
        stage.parameter("fuse.message").copy_(at::tensor({0.F, 1.F, 0.F, 0.F}).reshape({2, 2})); // the first head reads the second's
        const at::Tensor mixed = stage.layer->forward(inputs).back();
        const std::vector<at::Tensor> before = first.chunk(4, 1); // task by task, head by head
        QVERIFY(at::allclose(mixed, at::cat({before[0] + before[1], before[1], before[2] + before[3], before[3]}, 1), 1e-4, 1e-5));
    }

    void aLevelOfTheEncoderIsAddedToAll()
    {
        const Stage stage(2, {}, false, true);
        std::vector<at::Tensor> inputs = maps(2);
        inputs[2] = randomTensor({2, 2, 8, 12}, 40);
        inputs[2].set_requires_grad(true);
        for (std::size_t t = 0; t < 2; ++t) {
            const at::Tensor value = stage.layer->forward(inputs)[t].square().sum();
            QVERIFY(torch::autograd::grad({value}, {inputs[2]})[0].abs().max().item<float>() > 0);
        }
        const at::NoGradGuard noGrad;
        stage.parameter("encoder.weight").zero_();
        const std::vector<at::Tensor> expected = byHand(stage, inputs, 2);
        QVERIFY(at::allclose(stage.layer->forward(inputs)[1], expected[1], 1e-3, 1e-4));
    }

    void showsWhoReadsWhom()
    {
        const Stage stage(3, {});
        stage.layer->forward(maps(3));
        const Layer::Probe probe = stage.layer->probes().at(0);
        QCOMPARE(probe.values.sizes().vec(), (std::vector<Whole>{3, 3}));
        QVERIFY(at::allclose(probe.values.sum({1}), at::ones({3})));
    }

    void countsParametersAndMultiplyAdds()
    {
        const Stage stage(3, {}, true, true);
        const Whole embed = 9 * 3 * 4 + 9 * 4 * 4;
        const Whole task = embed + 2 * 8 + 9 * 4 + 8;
        const Whole shared = 4 * (16 + 4) + (2 * 32 + 8 + 4) + 2 * 8 + (9 * 2 * 4 + 4) + 2 * 2 * 2;
        QCOMPARE(stage.inference.parameters, 3 * task + shared);
        const Whole pixels = 96;
        const Whole queries = 24;
        const Whole keys = 3 * 6;
        const Whole each = pixels * embed + queries * (9 * 4 + 2 * 16 + 2 * keys * 4) + 6 * 2 * 16 + pixels * 2 * 2 * 16 + 2 * 4 * queries * keys;
        QCOMPARE(stage.inference.macs, 3 * each + pixels * 9 * 2 * 4);
    }

    void refusesWhatCannotBe()
    {
        const auto refusal = [](const ParamMap &params, const PortTypes &ports, int tasks) {
            return errorOf([&] { BuiltBlock("invpt_stage", params, ports, tasks); });
        };
        QCOMPARE(refusal({{"channels", Whole(4)}, {"heads", Whole(3)}}, {{"in.0", features(3, 4, 6)}}, 1),
                 std::string("heads: expected a number that divides the 4 channels, found 3"));
        QCOMPARE(refusal({}, {{"in.0", features(3, 4, 6)}, {"in.1", features(3, 4, 5)}}, 2), std::string("input 'in.1' expected 4×6 as at 'in.0', found 4×5"));
        QCOMPARE(refusal({}, {{"in.0", features(3, 4, 6)}, {"message", features(3, 2, 3)}}, 1),
                 std::string("input 'message' expected 12 channels for 1 tasks, 2 heads and 6 keys, found 3"));
    }
};

CONCORD_TEST(InvptStageTest)

} // namespace concord::test

#include "invpt_stage_test.moc"
