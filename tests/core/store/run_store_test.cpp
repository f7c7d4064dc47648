#include "core/store/run_store.h"

#include "tests/core/store/forked.h"
#include "tests/support/testing.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace concord;
using concord::test::messageOf;

class RunStoreTest : public QObject
{
    Q_OBJECT

    QTemporaryDir folder_;
    int count_ = 0;

    std::filesystem::path newFile() { return std::filesystem::path(folder_.path().toStdString()) / ("p" + std::to_string(++count_) + ".concord"); }

    static PredictionEvent plane(std::int64_t step, int sample, const std::string &task, const std::string &kind)
    {
        PredictionEvent event{
            .step = step, .sample = sample, .task = task, .kind = kind, .width = 3, .height = 2, .channels = 1, .bytesPerValue = 2, .scale = 0.001, .data = {}};
        for (int i = 0; i < 12; ++i)
            event.data.push_back(std::uint8_t(37 * i + sample + step));
        return event;
    }

  private Q_SLOTS:
    void keepsTheDraft()
    {
        const auto file = newFile();
        RunStore store(file, RunStore::Mode::create);
        QCOMPARE(store.draft(), std::string());
        store.saveDraft("{\"a\": 1}");
        store.saveDraft("{\"größe\": 2}");
        QCOMPARE(RunStore(file, RunStore::Mode::read).draft(), std::string("{\"größe\": 2}"));
        QCOMPARE(store.file().string(), file.string());
        QCOMPARE(store.folder().string(), (file.parent_path() / "p1.files").string());
    }

    void keepsEverythingOfARun()
    {
        const auto file = newFile();
        RunStore store(file, RunStore::Mode::create);
        const RunSummary first{.name = "MGDA",
                               .state = RunState::queued,
                               .message = "m",
                               .step = 0,
                               .totalSteps = 40,
                               .experiment = "{\"graph\":1}",
                               .contentId = "abc",
                               .tasks = "[{\"name\":\"depth\"}]",
                               .environment = "{}",
                               .created = "2024-02-03T04:05:06Z",
                               .seconds = 0,
                               .deleted = false,
                               .tags = "x,y"};
        QCOMPARE(store.createRun(first), 1);
        RunSummary moved = first;
        moved.name = {};
        moved.created = {};
        moved.experiment = "{\"graph\":1,\"position\":7}"; // same content id: only a node was moved
        QCOMPARE(store.createRun(moved), 2);
        store.setEnvironment(1, "{\"threads\":2}");
        store.renameRun(1, "PCGrad");

        const RunStore reader(file, RunStore::Mode::read);
        const RunSummary run = reader.run(1);
        QCOMPARE(run.number, 1);
        QCOMPARE(run.name, std::string("PCGrad"));
        QCOMPARE(run.state, RunState::queued);
        QCOMPARE(run.message, first.message);
        QCOMPARE(run.totalSteps, first.totalSteps);
        QCOMPARE(run.experiment, first.experiment);
        QCOMPARE(run.contentId, first.contentId);
        QCOMPARE(run.tasks, first.tasks);
        QCOMPARE(run.environment, std::string("{\"threads\":2}"));
        QCOMPARE(run.created, first.created);
        QCOMPARE(run.tags, first.tags);
        QVERIFY(!run.deleted);
        QCOMPARE(reader.run(2).experiment, moved.experiment);
        QCOMPARE(reader.run(2).name, std::string("Run 2"));
        QCOMPARE(reader.run(2).created.size(), std::size_t(20));

        store.setDeleted(1, true);
        QCOMPARE(reader.runs().size(), std::size_t(1));
        QCOMPARE(reader.runs(true).size(), std::size_t(2));
        QVERIFY(reader.run(1).deleted);
        store.setDeleted(1, false);
        QCOMPARE(reader.runs().size(), std::size_t(2));
    }

    void keepsEverythingOfItsEvents()
    {
        const auto file = newFile();
        RunStore store(file, RunStore::Mode::create);
        const int number = store.createRun({.name = "a"});
        const int other = store.createRun({.name = "b"});
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const std::vector<RunEvent> events = {
            StateEvent{.state = RunState::running, .step = 0, .totalSteps = 40},
            ScalarEvent{.series = "loss/depth", .step = 1, .seconds = 0.5, .value = 0.1},
            ScalarEvent{.series = "loss/depth", .step = 2, .seconds = 1.5, .value = -infinity},
            ScalarEvent{.series = "loss/depth", .step = 3, .seconds = 2.5, .value = std::nan("")},
            ScalarEvent{.series = "baseline/depth/rel", .step = 0, .seconds = 0, .value = 1e-300},
            GramianEvent{.step = 2, .block = "enc", .values = {1, -0.5f, -0.5f, 2}},
            GramianEvent{.step = 2, .block = "", .values = {3, 1, 1, 4}},
            GramianEvent{.step = 3, .block = "enc", .values = {}},
            plane(2, 1, "depth", "truth"),
            plane(2, 0, "depth", "prediction"),
            plane(2, 0, "", "image"),
            plane(3, 0, "", "image"),
            LogEvent{.level = LogEvent::Level::warning, .step = 2, .text = "one\ntwo"},
            LogEvent{.level = LogEvent::Level::error, .step = 3, .text = ""},
            CheckpointEvent{.step = 2, .kind = "last", .file = "run1-last.safetensors", .sha256 = "11"},
            CheckpointEvent{.step = 2, .kind = "best", .file = "run1-best.safetensors", .sha256 = "22"},
            CheckpointEvent{.step = 3, .kind = "last", .file = "run1-last.safetensors", .sha256 = "33"},
        };
        store.append(number, events);
        store.append(other, std::vector<RunEvent>{ScalarEvent{.series = "loss/depth", .step = 9, .seconds = 1, .value = 5}});

        const RunStore reader(file, RunStore::Mode::read);
        QCOMPARE(reader.seriesNames(number), (std::vector<std::string>{"baseline/depth/rel", "loss/depth"}));
        const Series series = reader.series(number, "loss/depth");
        QCOMPARE(series.steps, (std::vector<std::int64_t>{1, 2, 3}));
        QCOMPARE(series.seconds, (std::vector<double>{0.5, 1.5, 2.5}));
        QCOMPARE(series.values[0], 0.1);
        QCOMPARE(series.values[1], -infinity);
        QVERIFY(std::isnan(series.values[2]));
        QCOMPARE(reader.series(number, "loss/depth", 2).steps, (std::vector<std::int64_t>{3}));
        QCOMPARE(reader.series(number, "baseline/depth/rel").values, (std::vector<double>{1e-300}));
        QVERIFY(reader.series(number, "no such").steps.empty());

        QCOMPARE(reader.gramianBlocks(number), (std::vector<std::string>{"", "enc"}));
        const auto gramians = reader.gramians(number, "enc");
        QCOMPARE(gramians.size(), std::size_t(2));
        QCOMPARE(gramians[0].step, std::int64_t(2));
        QCOMPARE(gramians[0].block, std::string("enc"));
        QCOMPARE(gramians[0].values, (std::vector<float>{1, -0.5f, -0.5f, 2}));
        QVERIFY(gramians[1].values.empty());
        QCOMPARE(reader.gramians(number, "", 1).front().values, (std::vector<float>{3, 1, 1, 4}));
        QVERIFY(reader.gramians(number, "", 2).empty());

        QCOMPARE(reader.predictionSteps(number), (std::vector<std::int64_t>{2, 3}));
        const auto planes = reader.predictions(number, 2);
        QCOMPARE(planes.size(), std::size_t(3));
        QCOMPARE(planes[0].kind, std::string("image"));
        QCOMPARE(planes[1].kind, std::string("prediction"));
        const PredictionEvent expected = plane(2, 1, "depth", "truth");
        QCOMPARE(planes[2].step, expected.step);
        QCOMPARE(planes[2].sample, expected.sample);
        QCOMPARE(planes[2].task, expected.task);
        QCOMPARE(planes[2].kind, expected.kind);
        QCOMPARE(planes[2].width, expected.width);
        QCOMPARE(planes[2].height, expected.height);
        QCOMPARE(planes[2].channels, expected.channels);
        QCOMPARE(planes[2].bytesPerValue, expected.bytesPerValue);
        QCOMPARE(planes[2].scale, expected.scale);
        QCOMPARE(planes[2].data, expected.data);

        const auto log = reader.log(number);
        QCOMPARE(log.size(), std::size_t(2));
        QCOMPARE(log[0].level, LogEvent::Level::warning);
        QCOMPARE(log[0].step, std::int64_t(2));
        QCOMPARE(log[0].text, std::string("one\ntwo"));
        QCOMPARE(log[1].level, LogEvent::Level::error);

        const auto checkpoints = reader.checkpoints(number);
        QCOMPARE(checkpoints.size(), std::size_t(2));
        QCOMPARE(checkpoints[0].kind, std::string("best"));
        QCOMPARE(checkpoints[1].kind, std::string("last"));
        QCOMPARE(checkpoints[1].sha256, std::string("33"));
        QCOMPARE(reader.checkpoint(number, "best")->file, std::string("run1-best.safetensors"));
        QVERIFY(!reader.checkpoint(other, "best"));

        const RunSummary run = reader.run(number);
        QCOMPARE(run.state, RunState::running);
        QCOMPARE(run.step, std::int64_t(3));
        QCOMPARE(run.totalSteps, std::int64_t(40));
        QCOMPARE(run.seconds, 2.5);
        store.append(number, std::vector<RunEvent>{StateEvent{.state = RunState::failed, .step = 3, .message = "loss of depth"}});
        QCOMPARE(reader.run(number).state, RunState::failed);
        QCOMPARE(reader.run(number).message, std::string("loss of depth"));
        QCOMPARE(reader.run(number).totalSteps, std::int64_t(40));
    }

    void replacesAStepThatIsWrittenTwice()
    {
        RunStore store(newFile(), RunStore::Mode::create);
        const int number = store.createRun({});
        PredictionEvent bigger = plane(1, 0, "t", "truth");
        bigger.height = 4;
        bigger.data.assign(24, 7);
        store.append(number, std::vector<RunEvent>{ScalarEvent{"a", 1, 1, 1}, GramianEvent{1, "", {1}}, plane(1, 0, "t", "truth")});
        store.append(number, std::vector<RunEvent>{ScalarEvent{"a", 1, 2, 3}, GramianEvent{1, "", {5}}, bigger});
        QCOMPARE(store.series(number, "a").values, (std::vector<double>{3}));
        QCOMPARE(store.series(number, "a").seconds, (std::vector<double>{2}));
        QCOMPARE(store.gramians(number, "").size(), std::size_t(1));
        QCOMPARE(store.gramians(number, "")[0].values, (std::vector<float>{5}));
        QCOMPARE(store.predictions(number, 1).size(), std::size_t(1));
        QCOMPARE(store.predictions(number, 1)[0].data, bigger.data);
    }

    void forgetsWhatCameAfterAStep()
    {
        RunStore store(newFile(), RunStore::Mode::create);
        const int number = store.createRun({});
        const int other = store.createRun({});
        std::vector<RunEvent> events;
        for (int step = 1; step <= 40; ++step) {
            events.push_back(ScalarEvent{"loss/a", step, step * 0.5, 1.0 / step});
            events.push_back(GramianEvent{step, "", {float(step)}});
        }
        events.push_back(ScalarEvent{"val/a/loss", 40, 20, 1});
        events.push_back(plane(10, 0, "", "image"));
        events.push_back(plane(40, 0, "", "image"));
        store.append(number, events);
        store.append(other, events);
        store.truncateAfter(number, 17);
        QCOMPARE(store.series(number, "loss/a").steps.size(), std::size_t(17));
        QCOMPARE(store.gramians(number, "").size(), std::size_t(17));
        QCOMPARE(store.predictionSteps(number), (std::vector<std::int64_t>{10}));
        QCOMPARE(store.seriesNames(number), (std::vector<std::string>{"loss/a"}));
        QCOMPARE(store.run(number).step, std::int64_t(17));
        QCOMPARE(store.run(number).seconds, 8.5);
        QCOMPARE(store.series(other, "loss/a").steps.size(), std::size_t(40));
        QCOMPARE(store.run(other).step, std::int64_t(40));
        store.append(number, std::vector<RunEvent>{ScalarEvent{"val/a/loss", 18, 9, 1}}); // its name was kept
        QCOMPARE(store.seriesNames(number).size(), std::size_t(2));
        store.truncateAfter(number, -1);
        QVERIFY(store.seriesNames(number).empty());
        QCOMPARE(store.run(number).step, std::int64_t(0));
        QCOMPARE(store.run(number).seconds, 0.0);
    }

    void losesNoSpikeInSummaries()
    {
        RunStore store(newFile(), RunStore::Mode::create);
        const int number = store.createRun({});
        std::vector<RunEvent> events;
        for (std::int64_t step = 1; step <= 10000; ++step)
            events.push_back(ScalarEvent{"s", step, 0, step == 4321 ? 1e6 : step == 7777 ? -1e6 : std::sin(double(step))});
        store.append(number, events);
        for (const int buckets : {1, 7, 100, 9999, 10000, 50000}) {
            const SeriesSummary summary = store.summary(number, "s", buckets);
            QVERIFY(summary.steps.size() <= std::size_t(buckets));
            QVERIFY(summary.steps.size() >= std::size_t(std::min(buckets, 5000)) / 2);
            QCOMPARE(summary.steps.front(), std::int64_t(1));
            QCOMPARE(*std::ranges::max_element(summary.high), 1e6);
            QCOMPARE(*std::ranges::min_element(summary.low), -1e6);
            // Each bucket against the values themselves, from its first step to the next one's.
            for (std::size_t i = 0; i < summary.steps.size(); i += 1 + summary.steps.size() / 50) {
                const std::int64_t end = i + 1 < summary.steps.size() ? summary.steps[i + 1] : 10001;
                double low = 1e300, high = -1e300;
                for (std::int64_t step = summary.steps[i]; step < end; ++step) {
                    const double value = std::get<ScalarEvent>(events[std::size_t(step - 1)]).value;
                    low = std::min(low, value);
                    high = std::max(high, value);
                }
                QCOMPARE(summary.low[i], low);
                QCOMPARE(summary.high[i], high);
            }
        }
        QCOMPARE(store.summary(number, "s", 10, 5000, 5009).steps, (std::vector<std::int64_t>{5000, 5001, 5002, 5003, 5004, 5005, 5006, 5007, 5008, 5009}));
        QVERIFY(store.summary(number, "s", 10, 20000).steps.empty());
        QVERIFY(store.summary(number, "s", 10, -5, 0).steps.empty());
        QVERIFY(store.summary(number, "no such", 10).steps.empty());
        QVERIFY(messageOf([&] { (void)store.summary(number, "s", 0); }).find("at least 1") != std::string::npos);
    }

    void namesTheRunsThereAre()
    {
        const auto file = newFile();
        RunStore store(file, RunStore::Mode::create);
        QVERIFY(messageOf([&] { (void)store.run(1); }).ends_with("run 1: the project has no runs yet"));
        store.createRun({});
        store.createRun({});
        QVERIFY(messageOf([&] { (void)store.run(3); }).ends_with("run 3: expected a run from 1 to 2, found none of that number"));
        QVERIFY(!messageOf([&] { store.append(3, {}); }).empty());
        QVERIFY(!messageOf([&] { store.renameRun(3, "x"); }).empty());
        QVERIFY(!messageOf([&] { store.setDeleted(-1, true); }).empty());
        QVERIFY(!messageOf([&] { store.heartbeat(3); }).empty());
        RunStore reader(file, RunStore::Mode::read);
        QVERIFY(messageOf([&] { reader.renameRun(1, "x"); }).ends_with("opened for reading"));
    }

    void undoesAnAppendThatFails()
    {
        RunStore store(newFile(), RunStore::Mode::create);
        const int number = store.createRun({});
        PredictionEvent wrong = plane(1, 0, "t", "truth");
        wrong.data.pop_back();
        const std::string message = messageOf([&] {
            store.append(number, std::vector<RunEvent>{ScalarEvent{"new", 1, 0, 1}, GramianEvent{1, "g", {1}}, wrong});
        });
        QVERIFY2(message.find("expected 3×2 pixels of 1×2 bytes, found 11 bytes") != std::string::npos, message.c_str());
        QVERIFY(store.seriesNames(number).empty());
        store.append(number, std::vector<RunEvent>{ScalarEvent{"new", 1, 0, 1}, GramianEvent{1, "g", {1}}}); // ids of the undone names are not used
        QCOMPARE(store.series(number, "new").values, (std::vector<double>{1}));
        QCOMPARE(store.gramians(number, "g").size(), std::size_t(1));
    }

    void printsItsSpeed()
    {
        RunStore store(newFile(), RunStore::Mode::create);
        const int number = store.createRun({});
        std::vector<RunEvent> events;
        std::int64_t step = 0;
        QElapsedTimer timer;
        qint64 writing = 0;
        for (int batch = 0; batch < 25; ++batch) {
            events.clear();
            for (int i = 0; i < 1000; ++i, ++step) {
                for (const char *name :
                     {"loss/segmentation", "loss/depth", "loss/normals", "weight/segmentation", "weight/depth", "weight/normals", "lr", "residual"})
                    events.push_back(ScalarEvent{name, step, 0.01 * double(step), std::cos(double(step))});
            }
            timer.start();
            store.append(number, events);
            writing += timer.nsecsElapsed();
        }
        const double scalars = 8.0 * double(step);
        timer.start();
        const std::size_t buckets = store.summary(number, "lr", 1000).steps.size();
        const double summaryMs = double(timer.nsecsElapsed()) * 1e-6;
        qInfo("%.0f scalars written at %.0f per second; summary of %lld values in %zu buckets took %.1f ms", scalars, scalars / (double(writing) * 1e-9),
              (long long)step, buckets, summaryMs);
        QCOMPARE(store.series(number, "residual").values.size(), std::size_t(step));
    }
};

CONCORD_TEST(RunStoreTest)
#include "run_store_test.moc"
