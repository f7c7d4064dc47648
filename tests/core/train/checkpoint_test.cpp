#include "core/train/checkpoint.h"

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/probe/evaluation.h"
#include "tests/core/probe/toy.h"
#include "tests/core/train/recorder.h"
#include "tests/support/testing.h"

#include <csignal>
#include <sys/resource.h>

namespace concord::test {

class CheckpointTest : public QObject
{
    Q_OBJECT

    static TrainResult run(const Experiment &experiment, const TrainOptions &options, Recorder &recorder)
    {
        RunControl control;
        return train(experiment, options, control, recorder.sink());
    }

    static TrainResult run(const Experiment &experiment, const TrainOptions &options)
    {
        Recorder recorder;
        return run(experiment, options, recorder);
    }

    static std::unique_ptr<Learner> learnerOf(const Experiment &experiment)
    {
        const Analysis analysis = analyse(experiment.graph);
        return std::make_unique<Learner>(experiment.plan, experiment.graph, analysis, requireDataNode(analysis).describe());
    }

  private Q_SLOTS:
    void tellsFileAndDigest()
    {
        QTemporaryDir folder;
        Recorder recorder;
        QCOMPARE(int(run(vectorExperiment(), {.checkpointFolder = folderOf(folder) / "made", .checkpointPrefix = "run3-"}, recorder).state),
                 int(RunState::finished));
        const std::vector<CheckpointEvent> events = recorder.all<CheckpointEvent>();
        QVERIFY(!events.empty());
        const CheckpointEvent &last = events.back();
        QCOMPARE(last.kind, std::string("last"));
        QCOMPARE(last.file, std::string("run3-last.safetensors"));
        QCOMPARE(last.step, std::int64_t(12));
        QCOMPARE(checkpointStep(folderOf(folder) / "made" / last.file), std::int64_t(12));
        QCOMPARE(last.sha256, sha256(readFile(folderOf(folder) / "made" / last.file)));
    }

    void keepsProgressToTheBit()
    {
        QTemporaryDir folder;
        const auto file = folderOf(folder) / "a.safetensors";
        const std::unique_ptr<Learner> learner = learnerOf(vectorExperiment("uw"));
        Progress progress{.step = 3, .epoch = 1, .batch = 2, .seconds = 0.1, .evaluatedAt = 2, .best = {.value = -1.0 / 3, .step = 2, .waited = 4}};
        progress.lossSums = {0.1 + 0.2, 1e-300};
        progress.lossCounts = {3, 0};
        progress.lastMeans = {1.0 / 7, 2};
        saveCheckpoint(file, *learner, progress, "abc");
        const Progress back = loadCheckpoint(file, *learner, "abc");
        QCOMPARE(back.step, progress.step);
        QCOMPARE(back.epoch, progress.epoch);
        QCOMPARE(back.batch, progress.batch);
        QVERIFY(back.seconds == progress.seconds);
        QCOMPARE(back.evaluatedAt, progress.evaluatedAt);
        QVERIFY(back.best.value == progress.best.value);
        QCOMPARE(back.best.step, progress.best.step);
        QCOMPARE(back.best.waited, progress.best.waited);
        QVERIFY(back.lossSums == progress.lossSums);
        QVERIFY(back.lossCounts == progress.lossCounts);
        QVERIFY(back.lastMeans == progress.lastMeans);
    }

    void holdsTheBestWeights()
    {
        Experiment experiment = vectorExperiment();
        experiment.plan.steps = 30;
        experiment.plan.evaluateEvery = 3;
        experiment.plan.optimiserParams["lr"] = 0.3; // coarse enough that it goes up and down
        QTemporaryDir folder;
        Recorder recorder;
        run(experiment, {.checkpointFolder = folderOf(folder)}, recorder);
        const std::map<std::int64_t, double> means = recorder.series("val/mean");
        QCOMPARE(means.size(), std::size_t(10));
        const auto best = std::ranges::max_element(means, {}, [](const auto &entry) { return entry.second; });
        std::int64_t told = 0;
        for (const CheckpointEvent &event : recorder.all<CheckpointEvent>())
            if (event.kind == "best")
                told = event.step;
        QCOMPARE(told, best->first);

        // The weights in the file really give that mean: judged anew.
        const std::unique_ptr<Learner> learner = learnerOf(experiment);
        loadWeights(folderOf(folder) / "best.safetensors", learner->model());
        Evaluation evaluation(learner->model(), requireDataNode(analyse(experiment.graph)).open(Split::validation, 1), {.batch = 4}, true);
        QVERIFY(std::abs(evaluation.run([] { return true; })->mean() - best->second) < 1e-6);
    }

    void refusesDamagedFiles()
    {
        QTemporaryDir folder;
        const auto file = folderOf(folder) / "last.safetensors";
        const Experiment experiment = vectorExperiment();
        run(experiment, {.checkpointFolder = folderOf(folder)});
        const std::string whole = readFile(file);
        for (const std::size_t size : {whole.size() / 2, std::size_t(5), std::size_t(0)}) {
            writeFileAtomically(file, whole.substr(0, size));
            const TrainResult result = run(experiment, {.resumeFrom = file, .steps = 14});
            QCOMPARE(int(result.state), int(RunState::failed));
            QVERIFY(contains(result.message, "last.safetensors"));
            QVERIFY(contains(result.message, "expected"));
        }
        // Progress that no run can have written.
        Safetensors good = (writeFileAtomically(file, whole), loadSafetensors(file));
        for (const std::string metadata : {"", "{", "[]", "{\"format\":1}", "{\"format\":99}"}) {
            saveSafetensors(file, {good.tensors.begin(), good.tensors.end()}, {{"concord", metadata}});
            const TrainResult result = run(experiment, {.resumeFrom = file, .steps = 14});
            QCOMPARE(int(result.state), int(RunState::failed));
            QVERIFY(contains(result.message, "last.safetensors"));
        }
        // A tensor that is not there, one of the wrong size, a random state that is none.
        const auto spoil = [&](const std::string &name, const at::Tensor &value) {
            Safetensors bad = good;
            bad.tensors.erase(name);
            if (value.defined())
                bad.tensors[name] = value;
            saveSafetensors(file, {bad.tensors.begin(), bad.tensors.end()}, good.metadata);
            return run(experiment, {.resumeFrom = file, .steps = 14});
        };
        QVERIFY(contains(spoil("model.value_head.fc.weight", {}).message, "model.value_head.fc.weight"));
        QVERIFY(contains(spoil("model.value_head.fc.weight", at::zeros({3})).message, "expected 1×8, found 3"));
        QVERIFY(contains(spoil("generator", at::zeros({3}, at::kByte)).message, "last.safetensors"));
        QCOMPARE(int(spoil("generator", good.tensors["generator"]).state), int(RunState::finished));
    }

    void refusesAnotherExperiments()
    {
        QTemporaryDir folder;
        Experiment experiment = vectorExperiment();
        run(experiment, {.checkpointFolder = folderOf(folder)});
        experiment.name = "another name alone does not matter";
        QCOMPARE(int(run(experiment, {.resumeFrom = folderOf(folder) / "last.safetensors", .steps = 13}).state), int(RunState::finished));
        experiment.plan.optimiserParams["lr"] = 0.02;
        const TrainResult result = run(experiment, {.resumeFrom = folderOf(folder) / "last.safetensors", .steps = 14});
        QCOMPARE(int(result.state), int(RunState::failed));
        QVERIFY(contains(result.message, "another experiment"));
        const TrainResult nowhere = run(experiment, {.resumeFrom = folderOf(folder) / "none.safetensors"});
        QCOMPARE(int(nowhere.state), int(RunState::failed));
        QVERIFY(contains(nowhere.message, "none.safetensors"));
    }

    void saysWhyItCannotBeWritten()
    {
        QTemporaryDir folder;
        const auto file = folderOf(folder) / "file";
        writeFileAtomically(file, "not a folder");
        for (const auto &place : {file, file / "below", std::filesystem::path("/dev/full"), std::filesystem::path("/proc/nowhere")}) {
            const TrainResult result = run(vectorExperiment(), {.checkpointFolder = place});
            QCOMPARE(int(result.state), int(RunState::failed));
            QVERIFY(contains(result.message, place.string()));
            QVERIFY(contains(result.message, "at step 5")); // after the first epoch, before the sixth step
        }
        QCOMPARE(readFile(file), std::string("not a folder"));
    }

    void keepsTheOldFileWhenTheDiskIsFull()
    {
        QTemporaryDir folder;
        const Experiment experiment = vectorExperiment();
        run(experiment, {.checkpointFolder = folderOf(folder)});
        const std::string before = readFile(folderOf(folder) / "last.safetensors");

        // No file may grow beyond 1 kB, as on a disk with 1 kB left.
        rlimit old{};
        getrlimit(RLIMIT_FSIZE, &old);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit tight{.rlim_cur = 1024, .rlim_max = old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &tight);
        const TrainResult result = run(experiment, {.checkpointFolder = folderOf(folder)});
        setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, handler);

        QCOMPARE(int(result.state), int(RunState::failed));
        QVERIFY(contains(result.message, ".safetensors"));
        QCOMPARE(readFile(folderOf(folder) / "last.safetensors"), before);
        for (const auto &entry : std::filesystem::directory_iterator(folderOf(folder)))
            QCOMPARE(entry.path().extension().string(), std::string(".safetensors"));
    }

    void refusesToKeepBrokenWeights()
    {
        QTemporaryDir folder;
        const auto file = folderOf(folder) / "a.safetensors";
        const std::unique_ptr<Learner> learner = learnerOf(vectorExperiment());
        Progress progress;
        progress.start(2);
        saveCheckpoint(file, *learner, progress, "abc");
        const std::string good = readFile(file);
        learner->model().parameters()[1].value.detach().fill_(std::nan(""));
        progress.step = 9;
        try {
            saveCheckpoint(file, *learner, progress, "abc");
            QFAIL("expected an error");
        } catch (const Error &error) {
            QVERIFY(contains(error.what(), "no longer finite at step 9"));
        }
        QCOMPARE(readFile(file), good);
    }
};

} // namespace concord::test

using concord::test::CheckpointTest;
CONCORD_TEST(CheckpointTest)
#include "checkpoint_test.moc"
