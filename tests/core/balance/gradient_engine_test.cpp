#include "core/balance/gradient_engine.h"

#include "tests/core/balance/engine_net.h"
#include "tests/support/testing.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace concord::test {

class GradientEngineTest : public QObject
{
    Q_OBJECT

private:
    static void rowPerNet()
    {
        QTest::addColumn<QString>("name");
        for (const std::string &name : engineNets())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }

private Q_SLOTS:
    void addsLossesUpInOnePass_data() { rowPerNet(); }
    void addsLossesUpInOnePass()
    {
        QFETCH(QString, name);
        EngineNet net = makeEngineNet(name.toStdString());
        const NaiveGradients naive = naiveGradients(net);
        GradientEngine engine(*net.model, balanceOf("equal"), 1, "float32");
        for (int round = 0; round < 2; ++round) { // gradients do not pile up
            const StepResult result = engine.step(net.image, net.labels, round, 0, false);
            QVERIFY(relativeError(result.losses, naive.losses) < 1e-5);
            QCOMPARE(result.weights, ones(net));
            QVERIFY(result.gramians.empty());
            VERIFY_GRADIENTS(net, naive, ones(net), ones(net));
        }
    }

    void measuresGramians_data() { rowPerNet(); }
    void measuresGramians()
    {
        QFETCH(QString, name);
        EngineNet net = makeEngineNet(name.toStdString());
        const NaiveGradients naive = naiveGradients(net);
        GradientEngine engine(*net.model, balanceOf("equal"), 1, "float32");
        const StepResult result = engine.step(net.image, net.labels, 0, 0, true);
        QVERIFY(!result.gramians.empty());
        QCOMPARE(result.gramians.front().block, std::string());
        for (const BlockGramian &gramian : result.gramians)
            QVERIFY2(relativeError(gramian.values, naive.gramian(*net.model, gramian.block)) < 2e-4,
                     qPrintable(QString("%1: %2").arg(gramian.block.c_str()).arg(relativeError(gramian.values, naive.gramian(*net.model, gramian.block)))));
        std::size_t sharedNodes = 0;
        for (std::size_t n = 0; n < net.model->nodes().size(); ++n)
            sharedNodes += std::ranges::any_of(net.model->parameters(), [n](const ModelParameter &p) { return p.node == int(n) && isShared(p); });
        QCOMPARE(result.gramians.size(), sharedNodes + 1);
        VERIFY_GRADIENTS(net, naive, ones(net), ones(net)); // measuring does not change the update
    }

    void appliesTheMethodsWeights_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("method");
        QTest::addColumn<bool>("heads");
        for (const std::string &name : engineNets())
            for (const std::string method : {"mgda", "pcgrad", "cagrad"})
                for (const bool heads : {false, true})
                    QTest::newRow(qPrintable(QString("%1_%2_%3").arg(name.c_str(), method.c_str(), heads ? "weighted" : "unweighted")))
                        << QString::fromStdString(name) << QString::fromStdString(method) << heads;
    }
    void appliesTheMethodsWeights()
    {
        QFETCH(QString, name);
        QFETCH(QString, method);
        QFETCH(bool, heads);
        EngineNet net = makeEngineNet(name.toStdString());
        const NaiveGradients naive = naiveGradients(net);
        GradientEngine engine(*net.model, balanceOf(method.toStdString(), heads ? weighted : unweighted), 5, "float32");
        const StepResult result = engine.step(net.image, net.labels, 0, 0, false);

        // The weights are those that the method gives for the naive Gramian.
        const auto alone = BalanceRegistry::instance().make(method.toStdString());
        alone->start(int(net.labels.size()), 5);
        const std::vector<double> gramian = naive.gramian(*net.model, "");
        std::vector<int> tasks(net.labels.size());
        std::iota(tasks.begin(), tasks.end(), 0);
        const BalanceInput input{.losses = naive.losses, .gramian = gramian, .step = 0, .epoch = 0, .tasks = tasks, .taskCount = int(tasks.size())};
        const std::vector<double> expected = dynamic_cast<GramianWeighting &>(*alone).weigh(input).weights;
        QVERIFY(relativeError(result.weights, expected) < 2e-3);
        QVERIFY(result.residual < 1e-6);
        QVERIFY(!result.gramians.empty());
        VERIFY_GRADIENTS(net, naive, result.weights, heads ? result.weights : ones(net));
    }

    void followsThePaperForHeads()
    {
        for (const auto &[method, heads] :
             std::vector<std::pair<std::string, bool>>{{"mgda", true}, {"pcgrad", false}, {"cagrad", false}, {"uw", true}, {"dwa", true}}) {
            EngineNet net = makeEngineNet("mlp");
            const NaiveGradients naive = naiveGradients(net);
            GradientEngine engine(*net.model, balanceOf(method), 1, "float32");
            const StepResult result = engine.step(net.image, net.labels, 0, 0, false);
            VERIFY_GRADIENTS(net, naive, result.weights, heads ? result.weights : ones(net));
        }
    }

    void leavesOutTasksWithoutLabels_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("method");
        for (const std::string &name : engineNets())
            for (const std::string method : {"equal", "uw", "pcgrad", "mgda"})
                QTest::newRow((name + "_" + method).c_str()) << QString::fromStdString(name) << QString::fromStdString(method);
    }
    void leavesOutTasksWithoutLabels()
    {
        QFETCH(QString, name);
        QFETCH(QString, method);
        EngineNet net = makeEngineNet(name.toStdString());
        NaiveGradients naive = naiveGradients(net);
        GradientEngine engine(*net.model, balanceOf(method.toStdString(), weighted), 1, "float32");
        engine.step(net.image, net.labels, 0, 0, true); // rows of all tasks are in memory
        net.labels[1].any = false;
        net.labels[1].present.zero_();
        for (at::Tensor &gradient : naive.gradients[1])
            gradient = at::Tensor();
        const StepResult result = engine.step(net.image, net.labels, 1, 0, true);
        QVERIFY(std::isnan(result.losses[1]));
        QCOMPARE(result.nonFiniteTask, -1);
        QCOMPARE(result.weights[1], 0.0);
        VERIFY_GRADIENTS(net, naive, result.weights, result.weights);
        for (const BlockGramian &gramian : result.gramians)
            QVERIFY(relativeError(gramian.values, naive.gramian(*net.model, gramian.block)) < 2e-4);
    }

    void survivesABatchWithoutAnyLabel()
    {
        for (const std::string method : {"equal", "mgda"}) {
            EngineNet net = makeEngineNet("mlp");
            for (TaskLabels &labels : net.labels)
                labels.any = false;
            GradientEngine engine(*net.model, balanceOf(method), 1, "float32");
            const StepResult result = engine.step(net.image, net.labels, 0, 0, true);
            QCOMPARE(result.nonFiniteTask, -1);
            for (const ModelParameter &parameter : net.model->parameters())
                QVERIFY(!parameter.value.grad().defined());
        }
    }

    void namesTheTaskOfANonFiniteLoss()
    {
        for (const std::string method : {"equal", "pcgrad"}) {
            EngineNet net = makeEngineNet("mlp");
            GradientEngine engine(*net.model, balanceOf(method), 1, "float32");
            engine.step(net.image, net.labels, 0, 0, false);
            net.labels[2].values[0][0] = std::numeric_limits<float>::quiet_NaN();
            const StepResult result = engine.step(net.image, net.labels, 1, 0, false);
            QCOMPARE(result.nonFiniteTask, 2);
            QVERIFY(std::isnan(result.losses[2]));
            QVERIFY(std::isfinite(result.losses[1]));
            for (const ModelParameter &parameter : net.model->parameters())
                QVERIFY(!parameter.value.grad().defined());
        }
    }

    /// d/ds of ½ e^{−s} L + ½ s.
    void trainsTheMethodsOwnNumbers()
    {
        EngineNet net = makeEngineNet("mlp");
        GradientEngine engine(*net.model, balanceOf("uw", {{"init", 0.3}}), 1, "float32");
        at::Tensor numbers = engine.learnable();
        QVERIFY(numbers.requires_grad() && numbers.is_leaf());
        const StepResult result = engine.step(net.image, net.labels, 0, 0, false);
        for (std::size_t t = 0; t < net.labels.size(); ++t) {
            QVERIFY(std::abs(result.weights[t] - 0.5 * std::exp(-0.3)) < 1e-7);
            const double expected = 0.5 - 0.5 * std::exp(-0.3) * result.losses[t];
            QVERIFY(std::abs(numbers.grad()[std::int64_t(t)].item<double>() - expected) < 1e-6);
        }
        {
            const at::NoGradGuard noGrad;
            numbers.sub_(numbers.grad());
        }
        engine.syncLearnable();
        const StepResult next = engine.step(net.image, net.labels, 1, 0, false);
        QVERIFY(std::abs(next.weights[1] - 0.5 * std::exp(-numbers[1].item<double>())) < 1e-7);
        QVERIFY(std::abs(next.weights[1] - result.weights[1]) > 1e-4);
        GradientEngine none(*net.model, balanceOf("equal"), 1, "float32");
        QVERIFY(!none.learnable().defined());
    }

    void computesInBfloat16_data() { rowPerNet(); }
    void computesInBfloat16()
    {
        QFETCH(QString, name);
        EngineNet net = makeEngineNet(name.toStdString());
        GradientEngine exact(*net.model, balanceOf("mgda"), 1, "float32");
        const StepResult reference = exact.step(net.image, net.labels, 0, 0, false);
        GradientEngine engine(*net.model, balanceOf("mgda"), 1, "bfloat16");
        const StepResult result = engine.step(net.image, net.labels, 0, 0, false);
        QVERIFY(relativeError(result.losses, reference.losses) < 0.03);
        const std::size_t tasks = net.labels.size();
        for (std::size_t b = 0; b < result.gramians.size(); ++b) {
            const auto &found = result.gramians[b].values;
            const auto &expected = reference.gramians[b].values;
            // The gradients of a head of five numbers turn by a quarter of a right angle when bfloat16 switches a unit in front of it.
            const double turn = result.gramians[b].block == "depth_early" ? 0.4 : 0.1;
            for (std::size_t i = 0; i < tasks; ++i) {
                if (expected[i * tasks + i] == 0) { // a task that does not reach this block
                    QCOMPARE(found[i * tasks + i], 0.0);
                    continue;
                }
                QVERIFY(std::abs(std::sqrt(found[i * tasks + i] / expected[i * tasks + i]) - 1) < 0.15);
                for (std::size_t j = 0; j < tasks; ++j) {
                    if (expected[j * tasks + j] == 0)
                        continue;
                    const double a = found[i * tasks + j] / std::sqrt(found[i * tasks + i] * found[j * tasks + j]);
                    const double e = expected[i * tasks + j] / std::sqrt(expected[i * tasks + i] * expected[j * tasks + j]);
                    QVERIFY2(std::abs(a - e) < turn, qPrintable(QString("%1 %2 %3").arg(result.gramians[b].block.c_str()).arg(a).arg(e)));
                }
            }
        }
        for (const ModelParameter &parameter : net.model->parameters())
            QVERIFY(parameter.value.grad().scalar_type() == at::kFloat);
    }

    void givesTheSameNumbersAgain()
    {
        std::vector<StepResult> results;
        std::vector<at::Tensor> gradients;
        for (int round = 0; round < 2; ++round) {
            EngineNet net = makeEngineNet("deep_mlp", 7);
            GradientEngine engine(*net.model, balanceOf("pcgrad"), 4, "float32");
            engine.step(net.image, net.labels, 0, 0, false);
            results.push_back(engine.step(net.image, net.labels, 1, 0, false));
            gradients.push_back(net.model->parameters().front().value.grad().clone());
        }
        QCOMPARE(results[0].weights, results[1].weights);
        QVERIFY(at::equal(gradients[0], gradients[1]));
    }

    void saysItsPlan()
    {
        EngineNet net = makeEngineNet("mlp");
        const std::string plan = GradientEngine(*net.model, balanceOf("pcgrad"), 1, "float32").plan();
        QVERIFY2(plan.find("all tasks go through trunk at once") != plan.npos, plan.c_str());
        EngineNet conv = makeEngineNet("residual");
        const std::string rows = GradientEngine(*conv.model, balanceOf("pcgrad"), 1, "float32").plan();
        QVERIFY2(rows.find("2 shared nodes keep one gradient row per task") != rows.npos, rows.c_str());
    }

    void refusesAnUnknownPrecision()
    {
        EngineNet net = makeEngineNet("mlp");
        QVERIFY_EXCEPTION_THROWN(GradientEngine(*net.model, balanceOf("equal"), 1, "float8"), Error);
    }
};

CONCORD_TEST(GradientEngineTest)

} // namespace concord::test

#include "gradient_engine_test.moc"
