#include "core/train/trainer.h"

#include "tests/core/probe/toy.h"
#include "tests/core/train/recorder.h"
#include "tests/support/testing.h"

#include <future>
#include <thread>

namespace concord::test {

class TrainerTest : public QObject
{
    Q_OBJECT

    static std::vector<std::int64_t> stepsOf(const std::map<std::int64_t, double> &series)
    {
        std::vector<std::int64_t> steps;
        for (const auto &[step, value] : series)
            steps.push_back(step);
        return steps;
    }

  private Q_SLOTS:
    void tellsEverySeriesFromStepOne()
    {
        Experiment experiment = vectorExperiment("uw");
        experiment.plan.conflictEvery = 5;
        RunControl control;
        Recorder recorder;
        const TrainResult result = train(experiment, {}, control, recorder.sink());
        QVERIFY2(result.state == RunState::finished, result.message.c_str());
        for (const char *name : {"loss/value", "loss/digit", "weight/value", "weight/digit", "lr", "ms_per_step", "images_per_s", "epoch"}) {
            const auto steps = stepsOf(recorder.series(name));
            QVERIFY2(steps.size() == 12 && steps.front() == 1 && steps.back() == 12, name);
        }
        QVERIFY(recorder.series("residual").empty());
        // 20 samples in batches of 4: evaluated at each epoch's end and at the run's.
        QCOMPARE(stepsOf(recorder.series("val/mean")), (std::vector<std::int64_t>{5, 10, 12}));
        QCOMPARE(stepsOf(recorder.series("val/value/loss")), (std::vector<std::int64_t>{5, 10, 12}));
        QCOMPARE(recorder.series("epoch")[5], 1.0);
        QCOMPARE(recorder.series("epoch")[12], 2.4);

        std::vector<std::int64_t> measured;
        for (const GramianEvent &event : recorder.all<GramianEvent>())
            if (event.block.empty()) {
                measured.push_back(event.step);
                QCOMPARE(event.values.size(), std::size_t(4));
                QVERIFY(event.values[0] > 0 && event.values[3] > 0);
                QCOMPARE(event.values[1], event.values[2]);
            }
        QCOMPARE(measured, (std::vector<std::int64_t>{1, 6, 11}));

        const std::vector<StateEvent> states = recorder.all<StateEvent>();
        QCOMPARE(int(states.front().state), int(RunState::running));
        QCOMPARE(states.front().totalSteps, std::int64_t(12));
        QCOMPARE(int(states.back().state), int(RunState::finished));
        QCOMPARE(states.back().step, std::int64_t(12));
        QVERIFY(std::holds_alternative<StateEvent>(recorder.events.back()));

        bool constants = false;
        for (const ScalarEvent &event : recorder.all<ScalarEvent>())
            if (event.series.starts_with("baseline/digit/")) {
                constants = true;
                QCOMPARE(event.step, std::int64_t(0));
            }
        QVERIFY(constants);
        QVERIFY(!recorder.all<PredictionEvent>().empty());
        QVERIFY(recorder.logs("device cpu, 1 threads, float32"));
    }

    void leavesFixedWeightsOut()
    {
        RunControl control;
        Recorder recorder;
        train(vectorExperiment("equal"), {}, control, recorder.sink());
        QVERIFY(recorder.series("weight/value").empty());
    }

    void tellsWeightsAndResidualOfGramianMethods()
    {
        Experiment experiment = vectorExperiment("mgda");
        experiment.plan.gramianEvery = 4;
        experiment.plan.conflictEvery = 0;
        RunControl control;
        Recorder recorder;
        const TrainResult result = train(experiment, {}, control, recorder.sink());
        QVERIFY2(result.state == RunState::finished, result.message.c_str());
        QCOMPARE(recorder.series("weight/value").size(), std::size_t(12));
        QCOMPARE(recorder.series("residual").size(), std::size_t(12));
        std::vector<std::int64_t> kept;
        for (const GramianEvent &event : recorder.all<GramianEvent>())
            if (event.block.empty())
                kept.push_back(event.step);
        QCOMPARE(kept, (std::vector<std::int64_t>{1, 5, 9}));
    }

    void stopsWithinOneStep()
    {
        QTemporaryDir folder;
        RunControl control;
        Recorder recorder;
        recorder.orderAt(6, control, RunControl::Order::stop);
        const TrainResult result = train(vectorExperiment(), {.checkpointFolder = folderOf(folder)}, control, recorder.sink());
        QCOMPARE(int(result.state), int(RunState::stopped));
        QCOMPARE(result.step, std::int64_t(6));
        QCOMPARE(recorder.series("lr").size(), std::size_t(6));
        QCOMPARE(recorder.all<CheckpointEvent>().back().step, std::int64_t(6));
        QVERIFY(std::filesystem::exists(folderOf(folder) / "last.safetensors"));
        QCOMPARE(int(std::get<StateEvent>(recorder.events.back()).state), int(RunState::stopped));
    }

    void abortsWithoutACheckpoint()
    {
        QTemporaryDir folder;
        RunControl control;
        Recorder recorder;
        recorder.orderAt(3, control, RunControl::Order::abort);
        const TrainResult result = train(vectorExperiment(), {.checkpointFolder = folderOf(folder)}, control, recorder.sink());
        QCOMPARE(int(result.state), int(RunState::stopped));
        QCOMPARE(result.step, std::int64_t(3));
        QVERIFY(contains(result.message, "aborted"));
        QVERIFY(recorder.all<CheckpointEvent>().empty());
        QVERIFY(std::filesystem::is_empty(folderOf(folder)));
    }

    void waitsWhilePausedAndGoesOnAlike()
    {
        RunControl control;
        Recorder recorder;
        std::promise<void> paused;
        recorder.orderAt(5, control, RunControl::Order::pause);
        const auto orders = recorder.act;
        recorder.act = [&](const RunEvent &event) {
            orders(event);
            if (const auto *state = std::get_if<StateEvent>(&event); state && state->state == RunState::paused)
                paused.set_value();
        };
        TrainResult result;
        {
            std::jthread thread([&] { result = train(vectorExperiment("uw"), {}, control, recorder.sink()); });
            paused.get_future().wait();
            control.give(RunControl::Order::run);
        }
        QCOMPARE(int(result.state), int(RunState::finished));
        std::vector<RunState> states;
        for (const StateEvent &event : recorder.all<StateEvent>())
            if (states.empty() || states.back() != event.state)
                states.push_back(event.state);
        QVERIFY((states == std::vector{RunState::running, RunState::paused, RunState::running, RunState::finished}));

        RunControl free;
        Recorder straight;
        train(vectorExperiment("uw"), {}, free, straight.sink());
        QVERIFY(recorder.series("loss/value") == straight.series("loss/value"));
    }

    void stopsWhilePaused()
    {
        RunControl control;
        Recorder recorder;
        recorder.orderAt(5, control, RunControl::Order::pause);
        const auto orders = recorder.act;
        recorder.act = [&](const RunEvent &event) {
            orders(event);
            if (const auto *state = std::get_if<StateEvent>(&event); state && state->state == RunState::paused)
                control.give(RunControl::Order::stop);
        };
        const TrainResult result = train(vectorExperiment(), {}, control, recorder.sink());
        QCOMPARE(int(result.state), int(RunState::stopped));
        QCOMPARE(result.step, std::int64_t(5));
    }

    void endsEarlyWhenNothingGetsBetter()
    {
        Experiment experiment = vectorExperiment();
        experiment.plan.optimiserParams["lr"] = 0.0;
        experiment.plan.evaluateEvery = 2;
        experiment.plan.patience = 2;
        RunControl control;
        Recorder recorder;
        const TrainResult result = train(experiment, {}, control, recorder.sink());
        QCOMPARE(int(result.state), int(RunState::finished));
        QCOMPARE(result.step, std::int64_t(6)); // best at 2, no better at 4 and 6
        QVERIFY(contains(result.message, "stopped early at step 6: 2 evaluations without a better mean than at step 2"));
    }

    void clipsTheWholeUpdate()
    {
        // One step of plain SGD at rate 1 moves the weights by the clipped gradient: its length is the limit.
        Experiment experiment = vectorExperiment();
        experiment.plan.optimiser = "sgd";
        experiment.plan.optimiserParams = {{"lr", 1.0}, {"momentum", 0.0}};
        experiment.plan.clipNorm = 1e-3;
        QTemporaryDir folder;
        RunControl before;
        before.give(RunControl::Order::stop);
        Recorder recorder;
        train(experiment, {.checkpointFolder = folderOf(folder), .checkpointPrefix = "before-"}, before, recorder.sink());
        RunControl control;
        train(experiment, {.checkpointFolder = folderOf(folder), .checkpointPrefix = "after-", .steps = 1}, control, recorder.sink());
        const Safetensors start = loadSafetensors(folderOf(folder) / "before-last.safetensors");
        const Safetensors end = loadSafetensors(folderOf(folder) / "after-last.safetensors");
        double square = 0;
        for (const auto &[name, tensor] : start.tensors)
            if (name.starts_with("model."))
                square += (end.tensors.at(name).to(at::kDouble) - tensor.to(at::kDouble)).square().sum().item<double>();
        QVERIFY(std::abs(std::sqrt(square) - 1e-3) < 1e-6);
    }

    void followsTheWarmUp()
    {
        Experiment experiment = vectorExperiment();
        experiment.plan.warmupSteps = 4;
        RunControl control;
        Recorder recorder;
        train(experiment, {}, control, recorder.sink());
        auto rates = recorder.series("lr");
        QVERIFY(std::abs(rates[1] - 0.0025) < 1e-12);
        QVERIFY(std::abs(rates[4] - 0.01) < 1e-12);
        QVERIFY(std::abs(rates[12] - 0.01) < 1e-12);
    }

    void trainsInBfloat16()
    {
        Experiment experiment = imageExperiment("pcgrad");
        experiment.plan.precision = "bfloat16";
        RunControl control;
        Recorder recorder;
        const TrainResult result = train(experiment, {}, control, recorder.sink());
        QVERIFY2(result.state == RunState::finished, result.message.c_str());
        QCOMPARE(recorder.series("loss/half").size(), std::size_t(12));
    }

    void trainsOneTaskAlone()
    {
        Experiment experiment = vectorExperiment();
        TaskGraph &graph = experiment.graph;
        std::erase_if(graph.nodes, [](const Node &node) { return node.id.starts_with("digit"); });
        std::erase_if(graph.edges, [](const Edge &edge) { return edge.to.node.starts_with("digit") || edge.from.node.starts_with("digit"); });
        RunControl control;
        Recorder recorder;
        const TrainResult result = train(experiment, {}, control, recorder.sink());
        QVERIFY2(result.state == RunState::finished, result.message.c_str());
    }

    void runsWithoutValidationSamples()
    {
        Experiment experiment = vectorExperiment();
        experiment.graph.find("data")->params["validation"] = std::int64_t(0);
        QTemporaryDir folder;
        RunControl control;
        Recorder recorder;
        const TrainResult result = train(experiment, {.checkpointFolder = folderOf(folder)}, control, recorder.sink());
        QVERIFY2(result.state == RunState::finished, result.message.c_str());
        QVERIFY(recorder.logs("nothing will be evaluated"));
        QVERIFY(std::filesystem::exists(folderOf(folder) / "last.safetensors"));
    }
};

} // namespace concord::test

using concord::test::TrainerTest;
CONCORD_TEST(TrainerTest)
#include "trainer_test.moc"
