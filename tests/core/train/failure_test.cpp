#include "core/train/failure.h"

#include "core/data/loader.h"
#include "core/tensor/tensor.h"
#include "tests/core/probe/toy.h"
#include "tests/core/train/recorder.h"
#include "tests/support/testing.h"

namespace concord::test {

/// What a person reads when a run fails.
class FailureTest : public QObject
{
    Q_OBJECT

    static TrainResult run(const Experiment &experiment, Recorder &recorder, const TrainOptions &options = {})
    {
        RunControl control;
        return train(experiment, options, control, recorder.sink());
    }

    static TrainResult run(const Experiment &experiment)
    {
        Recorder recorder;
        return run(experiment, recorder);
    }

    static std::string sentence(const std::exception_ptr &thrown) { return failureSentence(thrown, {.step = 12, .batch = 64, .device = "cpu"}); }

  private Q_SLOTS:
    void namesStepAndRemedy()
    {
        QVERIFY(contains(sentence(std::make_exception_ptr(std::bad_alloc())), "out of memory at step 12 on device 'cpu': lower the batch size (now 64)"));
        QCOMPARE(sentence(std::make_exception_ptr(StepFailure("complete"))), std::string("complete"));
        QCOMPARE(sentence(std::make_exception_ptr(Error("a.png: expected 3, found 4"))), std::string("a.png: expected 3, found 4 (at step 12)"));
        QVERIFY(contains(sentence(std::make_exception_ptr(Error("x.concord: No space left on device"))), "free some space"));
        QCOMPARE(sentence(std::make_exception_ptr(std::runtime_error("first\nsecond"))), std::string("first (at step 12)"));
        QVERIFY(contains(sentence(std::make_exception_ptr(1)), "unknown exception"));
        QCOMPARE(failureSentence(std::make_exception_ptr(Error("bad graph")), {}), std::string("bad graph"));
    }

    void shortensErrorsOfTheEngine()
    {
        try {
            at::zeros({2, 3}).mm(at::zeros({2, 3}));
            QFAIL("expected an error");
        } catch (...) {
            const std::string text = sentence(std::current_exception());
            QVERIFY(contains(text, "shapes"));
            QVERIFY(text.find('\n') == std::string::npos);
        }
    }

    void tellsAFullMemory_data()
    {
        QTest::addColumn<std::string>("kind");
        for (const char *kind : {"bad_alloc", "device", "allocator"})
            QTest::newRow(kind) << std::string(kind);
    }

    void tellsAFullMemory()
    {
        QFETCH(std::string, kind);
        Experiment experiment = vectorExperiment();
        TaskGraph &graph = experiment.graph;
        graph.nodes.push_back({.id = "memory", .type = "toy_memory", .params = {{"at", std::int64_t(4)}, {"kind", kind}}});
        for (Edge &edge : graph.edges)
            if (edge.from.node == "trunk")
                edge.from.node = "memory";
        link(graph, "trunk.out", "memory.in");
        experiment.plan.conflictEvery = 0;
        Recorder recorder;
        const TrainResult result = run(experiment, recorder);
        QCOMPARE(int(result.state), int(RunState::failed));
        QCOMPARE(result.step, std::int64_t(3));
        QVERIFY(contains(result.message, "out of memory at step 4 on device 'cpu': lower the batch size (now 4)"));
        const StateEvent last = std::get<StateEvent>(recorder.events.back());
        QCOMPARE(int(last.state), int(RunState::failed));
        QCOMPARE(last.message, result.message);
        QVERIFY(std::ranges::any_of(recorder.all<LogEvent>(), [](const LogEvent &event) { return event.level == LogEvent::Level::error; }));
    }

    void stopsAtALossThatIsNotANumber()
    {
        Experiment experiment = vectorExperiment();
        experiment.graph.find("data")->params["not_a_number_at"] = std::int64_t(13);
        experiment.plan.checkpointEvery = 1;
        // When does the broken sample come? Asked of the loader itself.
        Loader loader(std::make_shared<ToySet>(ToySpec{}, Split::train), {.batch = 4, .seed = 1, .threads = 0});
        std::int64_t broken = 0;
        for (std::int64_t step = 1; broken == 0; ++step)
            if (std::ranges::count(loader.next()->indices, 13) > 0)
                broken = step;

        QTemporaryDir folder;
        Recorder recorder;
        const TrainResult result = run(experiment, recorder, {.checkpointFolder = folderOf(folder)});
        QCOMPARE(int(result.state), int(RunState::failed));
        QVERIFY(contains(result.message, fmt::format("the loss of 'value' became NaN at step {}: lower the learning rate", broken)));
        QCOMPARE(result.step, broken - 1);
        QCOMPARE(recorder.series("loss/value").size(), std::size_t(broken - 1));
        if (broken > 1)
            for (const auto &[name, tensor] : loadSafetensors(folderOf(folder) / "last.safetensors").tensors)
                QVERIFY2(!tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>(), name.c_str());
    }

    void stopsWhenTheStepIsFarTooLong()
    {
        Experiment experiment = vectorExperiment();
        experiment.plan.optimiser = "sgd";
        experiment.plan.optimiserParams = {{"lr", 1e30}};
        QTemporaryDir folder;
        Recorder recorder;
        const TrainResult result = run(experiment, recorder, {.checkpointFolder = folderOf(folder)});
        QCOMPARE(int(result.state), int(RunState::failed));
        QVERIFY(contains(result.message, "lower the learning rate (now 1e+30)"));
        QVERIFY(contains(result.message, "at step "));
        QVERIFY(contains(result.message, "the loss of '"));
        for (const auto &event : recorder.all<ScalarEvent>())
            QVERIFY(std::isfinite(event.value));
    }

    void refusesWhatIsNotThere()
    {
        Experiment experiment = vectorExperiment();
        experiment.plan.device = "abacus";
        QVERIFY(contains(run(experiment).message, "abacus"));
        if (!at::hasCUDA()) {
            experiment.plan.device = "cuda";
            Recorder recorder;
            const TrainResult result = run(experiment, recorder);
            QCOMPARE(int(result.state), int(RunState::failed));
            QCOMPARE(result.step, std::int64_t(0));
            QVERIFY(contains(result.message, "device 'cuda'"));
        }
        experiment = vectorExperiment();
        experiment.plan.precision = "float8";
        QVERIFY(contains(run(experiment).message, "expected float32 or bfloat16, found 'float8'"));
        experiment = vectorExperiment();
        experiment.plan.optimiser = "adm";
        QCOMPARE(run(experiment).message, std::string("plan.optimiser: expected one of adam, adamw, sgd, found 'adm' (did you mean 'adam'?)"));
        experiment = vectorExperiment();
        experiment.plan.optimiserParams = {{"lr", -1.0}};
        QVERIFY(contains(run(experiment).message, "lr"));
        experiment = vectorExperiment();
        experiment.graph.edges.clear();
        QVERIFY(contains(run(experiment).message, "cannot run"));
    }

    void survivesASinkThatFails()
    {
        RunControl control;
        int events = 0;
        const auto fullDisk = [&events](const RunEvent &) {
            if (++events > 40)
                throw Error("project.concord: No space left on device");
        };
        const TrainResult result = train(vectorExperiment(), {}, control, fullDisk);
        QCOMPARE(int(result.state), int(RunState::failed));
        QVERIFY(contains(result.message, "project.concord: No space left on device (at step"));
        QVERIFY(contains(result.message, "free some space"));
    }
};

} // namespace concord::test

using concord::test::FailureTest;
CONCORD_TEST(FailureTest)
#include "failure_test.moc"
