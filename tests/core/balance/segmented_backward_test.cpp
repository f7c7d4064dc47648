#include "core/balance/segmented_backward.h"

#include "core/balance/task_losses.h"

#include "core/balance/step_gramians.h"
#include "core/objective/loss_block.h"
#include "tests/core/balance/engine_net.h"
#include "tests/support/testing.h"

#include <numeric>

namespace concord::test {

/// The three ways of a shared node must give the same Gramians and the same update.
class SegmentedBackwardTest : public QObject
{
    Q_OBJECT

private:
    struct Outcome
    {
        std::vector<double> gramian;
        std::vector<at::Tensor> gradients;
        std::vector<Way> ways;
    };

    static Outcome run(EngineNet &net, const BackwardPlan &plan, const std::vector<double> &weights)
    {
        Outcome outcome;
        for (const WalkedNode &node : plan.walked()) {
            outcome.ways.push_back(node.way);
            net.model->nodes()[node.index].layer->keepForMany(node.way == Way::batched);
        }
        for (const ModelParameter &parameter : net.model->parameters())
            at::Tensor(parameter.value).mutable_grad() = at::Tensor();
        const Forward forward = net.model->forward(net.image, true);
        RowMemory memory;
        std::vector<int> active(net.labels.size());
        std::iota(active.begin(), active.end(), 0);
        SegmentedBackward backward(*net.model, plan, memory, forward, active);
        std::vector<at::Tensor> losses;
        for (std::size_t t = 0; t < active.size(); ++t)
            losses.push_back(taskLoss(*net.model, int(t), backward.prediction(int(t)), backward.early(int(t)), net.labels[t]));
        backward.runTails(losses);
        backward.walkTasks();
        outcome.gramian = StepGramians(backward.gramians(), int(active.size())).total();
        backward.writeWeighted(std::vector<UnitWeights>(plan.walked().size(), UnitWeights{weights}));
        for (const ModelParameter &parameter : net.model->parameters())
            outcome.gradients.push_back(parameter.value.grad().clone());
        return outcome;
    }

private Q_SLOTS:
    void agreesHoweverRowsAreKept_data()
    {
        QTest::addColumn<QString>("name");
        for (const std::string &name : engineNets())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void agreesHoweverRowsAreKept()
    {
        QFETCH(QString, name);
        EngineNet net = makeEngineNet(name.toStdString());
        std::vector<double> weights;
        for (std::size_t t = 0; t < net.labels.size(); ++t)
            weights.push_back(0.25 + double(t));
        const Outcome kept = run(net, BackwardPlan(*net.model, {.rowsOnly = true}), weights);
        QVERIFY(std::ranges::all_of(kept.ways, [](Way way) { return way == Way::kept; }));
        const Outcome usual = run(net, BackwardPlan(*net.model, {}), weights);
        const Outcome again = run(net, BackwardPlan(*net.model, {.rowBudgetBytes = 0}), weights);
        QVERIFY(std::ranges::any_of(again.ways, [](Way way) { return way != Way::kept; }));
        if (name.endsWith("mlp"))
            QVERIFY(std::ranges::find(usual.ways, Way::batched) != usual.ways.end());
        else
            QVERIFY(std::ranges::find(again.ways, Way::again) != again.ways.end());
        for (const Outcome *other : {&usual, &again}) {
            QVERIFY(relativeError(other->gramian, kept.gramian) < 1e-4);
            for (std::size_t p = 0; p < kept.gradients.size(); ++p) {
                const double error = (other->gradients[p] - kept.gradients[p]).abs().max().item<double>();
                QVERIFY2(error <= 1e-4 * kept.gradients[p].abs().max().item<double>() + 1e-7,
                         qPrintable(QString("%1: %2").arg(net.model->parameters()[p].name.c_str()).arg(error)));
            }
        }
    }

    void findsWhatBelongsToOneTask()
    {
        const EngineNet net = makeEngineNet("mtan");
        const BackwardPlan plan(*net.model, {});
        QVERIFY(plan.hasWalkedOwn());
        for (const int tail : plan.tails())
            QCOMPARE(net.model->nodes()[tail].tasks.size(), std::size_t(1));
        // Convolutions between the attention modules belong to one task, but stand before a shared node.
        std::vector<std::string> walked;
        for (const WalkedNode &node : plan.walked())
            walked.push_back(net.model->nodes()[node.index].id);
        QVERIFY(std::ranges::find(walked, "seg_between") != walked.end());

        const EngineNet conv = makeEngineNet("shared_conv");
        const BackwardPlan simple(*conv.model, {});
        QVERIFY(!simple.hasWalkedOwn());
        QCOMPARE(simple.walked().size(), std::size_t(2));
        QCOMPARE(simple.tails().size(), std::size_t(6));
        QCOMPARE(simple.waves().size(), std::size_t(1)); // heads go with their losses, decoders after them
    }
};

CONCORD_TEST(SegmentedBackwardTest)

} // namespace concord::test

#include "segmented_backward_test.moc"
