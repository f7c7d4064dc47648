#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/graph/analysis.h"
#include "core/model/rotation_layer.h"
#include "core/objective/loss_block.h"
#include "tests/core/balance/engine_net.h"
#include "tests/core/balance/jacobian_case.h"
#include "tests/support/testing.h"

#include <torch/csrc/autograd/autograd.h>

namespace concord::test {

class RotogradTest : public QObject
{
    Q_OBJECT

private:
    static constexpr std::int64_t channels = 8;

    /// Vectors → mlp → a rotation per task (but for `without`) → regression heads.
    static std::unique_ptr<Model> makeModel(int tasks, int without = -1, const std::string &method = "rotograd")
    {
        TaskGraph graph;
        graph.nodes.push_back({.id = "data", .type = "engine_net_data", .params = {{"tasks", std::int64_t(tasks)}}});
        graph.nodes.push_back({.id = "trunk", .type = "mlp", .params = {{"hidden", std::vector<std::int64_t>{channels}}}});
        graph.nodes.push_back({.id = "balance", .type = "balance", .params = {{"method", method}}});
        graph.edges.push_back({{"data", "image"}, {"trunk", "in"}});
        for (int i = 0; i < tasks; ++i) {
            const std::string task = fmt::format("t{}", i);
            std::string from = "trunk";
            if (i != without) {
                graph.nodes.push_back({.id = task + "_turn",
                                       .type = "rotation",
                                       .params = {{"type", std::string("vector")}, {"start", std::string("random")}, {"seed", std::int64_t(i)}}});
                graph.edges.push_back({{from, "out"}, {task + "_turn", "in"}});
                from = task + "_turn";
            }
            graph.nodes.push_back({.id = task, .type = "regression_head", .params = {{"values", std::int64_t(2)}}});
            graph.nodes.push_back({.id = task + "_loss", .type = "l2"});
            graph.edges.push_back({{from, "out"}, {task, "in"}});
            graph.edges.push_back({{task, "out"}, {task + "_loss", "prediction"}});
            graph.edges.push_back({{"data", "label." + task}, {task + "_loss", "label"}});
            graph.edges.push_back({{task + "_loss", "loss"}, {"balance", fmt::format("loss.{}", i)}});
        }
        const Analysis analysis = analyse(graph);
        if (!analysis.runnable())
            throw Error("{}", analysis.firstError());
        const auto data = std::dynamic_pointer_cast<const DataBlock>(analysis.nodes.at("data").block);
        return Model::compile(graph, analysis, data->describe(), {.seed = 3});
    }

    static std::vector<RotationLayer *> rotations(Model &model)
    {
        std::vector<RotationLayer *> result(model.tasks().size(), nullptr);
        for (const ModelNode &node : model.nodes())
            if (auto *layer = dynamic_cast<RotationLayer *>(node.layer.get()))
                result[node.tasks.front()] = layer;
        return result;
    }

    static double agreement(const at::Tensor &a, const at::Tensor &b) { return ((a * b).sum() / a.norm() / b.norm()).item<double>(); }

private Q_SLOTS:
    void keepsItsPromises() { QCOMPARE(aggregatorFault("rotograd"), std::string()); }

    void givesAllTasksOneLength()
    {
        const auto method = startedMethod("rotograd", 2);
        const SampledJacobian first{.name = "", .tasks = 2, .params = 2, .values = {2, 0, 0, 3}};
        // At first both ratios are 1: C is the mean length.
        QVERIFY(isClose(numbersOf(aggregationOf(*method, tensorOf(first)).direction), {2.5, 2.5}, 1e-5));
        // Ratios 1 and 1/3: α = 3/4, 1/4, C = 3/4 · 2 + 1/4 · 1.
        const SampledJacobian second{.name = "", .tasks = 2, .params = 2, .values = {0, -2, 1, 0}};
        const Aggregation found = aggregationOf(*method, tensorOf(second));
        QVERIFY(isClose(numbersOf(found.direction), {1.75, -1.75}, 1e-5));
        QVERIFY(isClose(found.weights, {1.75 / 2, 1.75}, 1e-5));
        const auto only = startedMethod("rotograd", 2, {{"magnitude", false}});
        QVERIFY(isClose(numbersOf(aggregationOf(*only, tensorOf(second)).direction), {1, -2}, 1e-6));
    }

    void comparesWithTheLengthsAfterBurnIn()
    {
        const auto method = startedMethod("rotograd", 2, {{"burnin", std::int64_t(2)}});
        const at::Tensor jacobian = tensorOf({.name = "", .tasks = 2, .params = 2, .values = {2, 0, 0, 3}});
        for (const float scale : {1.F, 5.F, 7.F, 11.F})
            aggregationOf(*method, jacobian * scale);
        QVERIFY(isClose(method->save().at("first"), {14, 21}, 1e-4));
        const auto part = startedMethod("rotograd", 3);
        aggregationOf(*part, jacobian, {.tasks = {0, 2}, .taskCount = 3});
        QVERIFY(isClose(part->save().at("first"), {2, 0, 3}, 1e-5));
    }

    void refusesATaskWithoutRotation()
    {
        std::string message;
        try {
            makeModel(3, 1);   // the analysis says so before a model is made
        } catch (const Error &error) {
            message = error.what();
        }
        QCOMPARE(message, std::string("balance: rotograd: expected a rotation node between the shared features and the head of task 't1', found none"));
    }

    /// One step against autograd: the slope of −Σ ⟨(R e^A)ᵀ g̃, v⟩ in the skew matrix A.
    void descendsTheRotationLoss()
    {
        const std::unique_ptr<Model> model = makeModel(3);
        const double lr = 1e-2;
        const auto method = startedMethod("rotograd", 3, {{"lr", lr}});
        auto &aggregator = dynamic_cast<JacobianAggregator &>(*method);
        aggregator.attach(*model);
        constexpr std::int64_t samples = 6;
        const at::Tensor jacobian = tensorOf(normalJacobian("", 3, int(samples * channels), 3, 0, 4, 3));
        std::vector<at::Tensor> before;
        for (RotationLayer *layer : rotations(*model))
            before.push_back(layer->matrix().to(at::kDouble).clone());
        aggregator.seeFeatures(at::ones({samples, channels}));
        aggregationOf(*method, jacobian);

        const at::Tensor gradients = jacobian.to(at::kDouble).view({3, samples, channels});
        const at::Tensor unit = gradients / gradients.flatten(1).norm(2, {1}).view({3, 1, 1});
        for (int task = 0; task < 3; ++task) {
            const at::Tensor turned = unit[task].mm(before[task].t()); // g̃, held fixed
            at::Tensor a = at::zeros({channels, channels}, at::kDouble);
            a.set_requires_grad(true);
            const at::Tensor moved = before[task].mm(at::matrix_exp(a - a.t()));
            const at::Tensor loss = -(turned.mm(moved) * unit.mean(0)).sum();
            const at::Tensor slope = torch::autograd::grad({loss}, {a}).front(); // skew, twice ½(B − Bᵀ) of the descent
            const at::Tensor expected = at::matrix_exp(-lr / 2 * slope);
            const at::Tensor step = before[task].t().mm(rotations(*model)[task]->matrix().to(at::kDouble));
            QVERIFY((step - expected).abs().max().item<double>() < 1e-6);
            QVERIFY((step - at::eye(channels, at::kDouble)).abs().max().item<double>() > 1e-5); // it has moved
        }
    }

    /// Heads whose gradients stay: the rotations must bring the gradients at z together, and stay rotations.
    void bringsGradientsTogether()
    {
        const std::unique_ptr<Model> model = makeModel(2);
        const auto method = startedMethod("rotograd", 2, {{"lr", 0.5}});
        auto &aggregator = dynamic_cast<JacobianAggregator &>(*method);
        aggregator.attach(*model);
        const at::Tensor heads = tensorOf(normalJacobian("", 2, 3 * int(channels), 2, 0, 1, 4)).view({2, 3, channels});
        const std::vector<RotationLayer *> layers = rotations(*model);
        const auto gradients = [&] { return at::stack({heads[0].mm(layers[0]->matrix()), heads[1].mm(layers[1]->matrix())}); };
        const double before = agreement(gradients()[0], gradients()[1]);
        for (int step = 0; step < 400; ++step) {
            aggregator.seeFeatures(at::ones({3, channels}));
            aggregationOf(*method, gradients().view({2, -1}));
        }
        const double after = agreement(gradients()[0], gradients()[1]);
        QVERIFY2(before < 0.5 && after > 0.85, qPrintable(QString("%1 → %2").arg(before).arg(after)));
        for (RotationLayer *layer : layers) {
            const at::Tensor matrix = layer->matrix().to(at::kDouble);
            QVERIFY((matrix.mm(matrix.t()) - at::eye(channels, at::kDouble)).abs().max().item<double>() < 1e-6);
            QVERIFY(std::get<0>(at::slogdet(matrix)).item<double>() > 0);
        }
    }

    /// Through the engine: the trunk gets the common-length gradient at z, each head its own, and the rotations turn.
    void trainsInTheEngine()
    {
        const std::unique_ptr<Model> model = makeModel(3);
        const at::Tensor image = tensorOf(normalJacobian("", 5, 24, 5, 0, 1, 2));
        std::vector<TaskLabels> labels;
        for (std::uint64_t t = 0; t < 3; ++t)
            labels.push_back({tensorOf(normalJacobian("", 5, 2, 2, 0, 1, 20 + t)), at::ones({5}, at::kBool)});
        const auto headOf = [&](int task) { // its matrix
            for (const ModelParameter &parameter : model->parameters())
                if (parameter.tasks == std::vector<int>{task} && parameter.value.dim() == 2)
                    return parameter.value;
            throw Error("no head of task {}", task);
        };
        std::size_t trunk = 0;
        while (model->nodes()[trunk].id != "trunk")
            ++trunk;
        const Forward forward = model->forward(image, false);
        const at::Tensor z = forward.nodes[trunk].outputs[0];
        std::vector<at::Tensor> gradients;
        std::vector<at::Tensor> heads;
        double common = 0;
        for (int t = 0; t < 3; ++t) {
            const at::Tensor loss = model->tasks()[t].loss->loss(forward.predictions[t], labels[t].values, labels[t].present);
            const auto found = torch::autograd::grad({loss}, {z, headOf(t)}, {}, true);
            gradients.push_back(found[0]);
            heads.push_back(found[1]);
            common += found[0].norm().item<double>() / 3; // the first step: all ratios are 1
        }
        at::Tensor update = at::zeros_like(z);
        for (const at::Tensor &gradient : gradients)
            update = update + common / gradient.norm() * gradient;
        std::vector<at::Tensor> parameters;
        for (const ModelParameter &parameter : model->parameters())
            if (parameter.node == int(trunk))
                parameters.push_back(parameter.value);
        QVERIFY(!parameters.empty());
        const auto expected = torch::autograd::grad({z}, parameters, {update});
        const at::Tensor before = rotations(*model)[0]->matrix().clone();

        GradientEngine engine(*model, balanceOf("rotograd"), 1, "float32");
        engine.step(image, labels, 0, 0, false);
        for (std::size_t p = 0; p < parameters.size(); ++p)
            QVERIFY(relativeError(parameters[p].grad(), expected[p]) < 1e-4);
        for (int t = 0; t < 3; ++t)
            QVERIFY(relativeError(headOf(t).grad(), heads[t]) < 1e-4);
        QVERIFY(!at::equal(rotations(*model)[0]->matrix(), before));

        const std::unique_ptr<Model> incomplete = makeModel(2, 0, "equal");
        QVERIFY_EXCEPTION_THROWN(GradientEngine(*incomplete, balanceOf("rotograd"), 1, "float32"), Error);
    }

    /// Positions of a feature map are samples: a map gives the same turn as its positions as vectors.
    void takesPositionsAsSamples()
    {
        const at::Tensor map = tensorOf(normalJacobian("", 2, 2 * int(channels) * 6, 2, 0, 1, 8)).view({2, 2, channels, 3, 2});
        std::vector<at::Tensor> found;
        for (const bool asMap : {true, false}) {
            const std::unique_ptr<Model> model = makeModel(2);
            const auto method = startedMethod("rotograd", 2);
            auto &aggregator = dynamic_cast<JacobianAggregator &>(*method);
            aggregator.attach(*model);
            aggregator.seeFeatures(asMap ? at::ones({2, channels, 3, 2}) : at::ones({12, channels}));
            aggregationOf(*method, asMap ? map.reshape({2, -1}) : map.permute({0, 1, 3, 4, 2}).reshape({2, -1}));
            found.push_back(rotations(*model)[1]->matrix().clone());
        }
        QVERIFY(at::allclose(found[0], found[1], 1e-5, 1e-6));
    }
};

CONCORD_TEST(RotogradTest)

} // namespace concord::test

#include "rotograd_test.moc"
