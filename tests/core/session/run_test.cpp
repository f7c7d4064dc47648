#include "core/base/error.h"
#include "core/base/file.h"
#include "core/tensor/safetensors.h"
#include "tests/core/session/tiny_run.h"
#include "tests/support/testing.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <numeric>

namespace concord::test {

class RunTest : public QObject
{
    Q_OBJECT

    static std::filesystem::path checkpoint(const TinyProject &project, int run, const char *kind = "last")
    {
        return project.store().folder() / fmt::format("run{}-{}.safetensors", run, kind);
    }

    static std::vector<std::int64_t> upTo(std::int64_t last)
    {
        std::vector<std::int64_t> steps(std::size_t(last), 0);
        std::iota(steps.begin(), steps.end(), 1);
        return steps;
    }

    static bool sameTensors(const std::filesystem::path &a, const std::filesystem::path &b)
    {
        const Safetensors first = loadSafetensors(a);
        const Safetensors second = loadSafetensors(b);
        for (const auto &[name, tensor] : first.tensors)
            if (!second.tensors.contains(name) || !second.tensors.at(name).equal(tensor))
                return false;
        return first.tensors.size() == second.tensors.size();
    }

private Q_SLOTS:
    void runsAndTellsEverything()
    {
        TinyProject project;
        const int run = project.queue();
        QCOMPARE(run, 1);
        QVERIFY(project.store().run(run).state == RunState::queued);
        int states = 0;
        const StateEvent outcome = project.execute(run, 0, [&](const RunEvent &event, RunControl &) { states += std::holds_alternative<StateEvent>(event); });
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        QCOMPARE(outcome.step, std::int64_t(6));
        QCOMPARE(outcome.totalSteps, std::int64_t(6));
        QVERIFY(states >= 2);
        const RunStore store = project.store();
        const RunSummary summary = store.run(run);
        QVERIFY(summary.state == RunState::finished);
        QVERIFY2(summary.name.find("tiny") != std::string::npos && summary.name.find("PCGrad") != std::string::npos, summary.name.c_str());
        QCOMPARE(store.series(run, "loss/value").steps, upTo(6));
        QCOMPARE(store.series(run, "val/kind/accuracy").steps, (std::vector<std::int64_t>{3, 6}));
        QCOMPARE(store.predictionSteps(run), (std::vector<std::int64_t>{3, 6}));
        QVERIFY(!store.gramians(run, "").empty());
        const QJsonObject environment = QJsonDocument::fromJson(QByteArray::fromStdString(summary.environment)).object();
        QCOMPARE(environment["threads"].toInt(), 1);
        QVERIFY(!environment["libtorch"].toString().isEmpty());
    }

    void refusesAnExperimentWithErrors()
    {
        TinyProject project;
        Experiment experiment = TinyProject::experiment();
        experiment.graph.edges.pop_back();
        experiment.graph.edges.erase(experiment.graph.edges.begin());
        RunStore store(project.file, RunStore::Mode::create);
        QVERIFY_THROWS_EXCEPTION(Error, queueRun(store, experiment));
        QVERIFY(store.runs().empty());
    }

    void goesOnWithAFinishedRun()
    {
        TinyProject project;
        const int run = project.queue();
        project.execute(run);
        const StateEvent more = project.execute(run, 10);
        QVERIFY2(more.state == RunState::finished, more.message.c_str());
        QCOMPARE(more.step, std::int64_t(10));
        QCOMPARE(project.store().series(run, "loss/value").steps, upTo(10));
        QCOMPARE(project.store().run(run).totalSteps, std::int64_t(10));
        // Asking for less does not undo what was trained.
        const StateEvent less = project.execute(run, 4);
        QVERIFY2(less.state == RunState::finished, less.message.c_str());
        QCOMPARE(less.step, std::int64_t(10));
        QCOMPARE(project.store().series(run, "loss/value").steps, upTo(10));
        QCOMPARE(project.store().run(run).totalSteps, std::int64_t(10));
    }

    void aStoppedRunEndsAsOneThatWasNot()
    {
        TinyProject straight;
        straight.execute(straight.queue());
        TinyProject project;
        const int run = project.queue();
        const StateEvent stopped = project.execute(run, 0, [](const RunEvent &event, RunControl &control) {
            if (const auto *scalar = std::get_if<ScalarEvent>(&event); scalar && scalar->step == 4)
                control.give(RunControl::Order::stop);
        });
        QVERIFY(stopped.state == RunState::stopped);
        QCOMPARE(stopped.step, std::int64_t(4));
        QVERIFY2(stopped.message.find("step 4") != std::string::npos, stopped.message.c_str());
        const StateEvent rest = project.execute(run);
        QVERIFY2(rest.state == RunState::finished, rest.message.c_str());
        QVERIFY(sameTensors(checkpoint(straight, 1), checkpoint(project, run)));
        QCOMPARE(project.store().series(run, "loss/kind").values, straight.store().series(1, "loss/kind").values);
    }

    void anInterruptedRunGoesOnFromItsCheckpoint()
    {
        // As a kill leaves it: series beyond the checkpoint, the state of a run that goes on.
        TinyProject project;
        const int run = project.queue();
        project.execute(run);
        const std::vector<double> losses = project.store().series(run, "loss/value").values;
        {
            RunStore store(project.file, RunStore::Mode::write);
            std::vector<RunEvent> events;
            for (std::int64_t step = 7; step <= 9; ++step)
                events.push_back(ScalarEvent{"loss/value", step, 1, 1000});
            events.push_back(StateEvent{.state = RunState::interrupted, .step = 9, .totalSteps = 12});
            store.append(run, events);
        }
        const StateEvent outcome = project.execute(run, 12);
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        const Series series = project.store().series(run, "loss/value");
        QCOMPARE(series.steps, upTo(12));
        QVERIFY(std::equal(losses.begin(), losses.end(), series.values.begin()));
        QVERIFY(std::ranges::none_of(series.values, [](double value) { return value == 1000; }));
    }

    void aRunWithoutItsCheckpointSaysSo()
    {
        TinyProject project;
        const int run = project.queue();
        project.execute(run);
        std::filesystem::remove(checkpoint(project, run));
        const StateEvent outcome = project.execute(run, 10);
        QVERIFY(outcome.state == RunState::failed);
        QVERIFY2(outcome.message.find("run1-last.safetensors") != std::string::npos, outcome.message.c_str());
        QCOMPARE(project.store().series(run, "loss/value").steps, upTo(6));   // nothing is lost
        QVERIFY(project.store().run(run).state == RunState::failed);
    }

    void aDamagedCheckpointSaysSo()
    {
        TinyProject project;
        const int run = project.queue();
        project.execute(run);
        writeFileAtomically(checkpoint(project, run), "nonsense");
        const StateEvent outcome = project.execute(run, 10);
        QVERIFY(outcome.state == RunState::failed);
        QVERIFY2(outcome.message.find("run1-last.safetensors") != std::string::npos, outcome.message.c_str());
        QCOMPARE(project.store().series(run, "loss/value").steps, upTo(6));
    }

    void aNewRunDoesNotGoOnFromAnOldProjectsFile()
    {
        TinyProject project;
        project.execute(project.queue());
        for (const char *end : {"", "-wal", "-shm"})
            std::filesystem::remove(project.file.string() + end);
        QVERIFY(project.queue() == 1);
        QVERIFY(std::filesystem::exists(checkpoint(project, 1)));
        const StateEvent outcome = project.execute(1);
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        QCOMPARE(project.store().series(1, "loss/value").steps, upTo(6));
    }

    void failuresAreSentences()
    {
        TinyProject project;
        Experiment experiment = TinyProject::experiment();
        experiment.plan.device = "tpu";
        const StateEvent device = project.execute(project.queue(experiment));
        QVERIFY(device.state == RunState::failed);
        QVERIFY2(device.message.find("tpu") != std::string::npos && device.message.find('\n') == std::string::npos, device.message.c_str());
        QCOMPARE(project.store().run(1).message, device.message);

        const StateEvent nowhere = project.execute(99);
        QVERIFY(nowhere.state == RunState::failed);
        QVERIFY2(nowhere.message.find("99") != std::string::npos, nowhere.message.c_str());

        RunControl control;
        const StateEvent missing = executeRun(project.folder.filePath("none.concord").toStdString(), 1, {}, control, nullptr);
        QVERIFY(missing.state == RunState::failed);
        QVERIFY2(missing.message.find("none.concord") != std::string::npos, missing.message.c_str());
        QVERIFY(!QFile::exists(project.folder.filePath("none.concord")));
    }

    void aFolderForCheckpointsThatCannotBe()
    {
        TinyProject project;
        const int run = project.queue();
        const std::filesystem::path folder = project.store().folder();
        std::filesystem::remove_all(folder);
        writeFileAtomically(folder, "a file where the folder should be");
        const StateEvent outcome = project.execute(run);
        QVERIFY(outcome.state == RunState::failed);
        QVERIFY2(outcome.message.find(folder.filename().string()) != std::string::npos, outcome.message.c_str());
        QVERIFY(project.store().run(run).state == RunState::failed);
    }
};

CONCORD_TEST(RunTest)

} // namespace concord::test

#include "run_test.moc"
