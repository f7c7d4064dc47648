#include "core/store/run_writer.h"
#include "tests/support/testing.h"
#include "tests/ui/job/tiny_project.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QThread>

#include <thread>

namespace concord::test {

/// What other processes write, failures, the way out, and what watching costs.
class ProjectLiveTest : public QObject
{
    Q_OBJECT

private:
    std::filesystem::path path() const { return folder_->filePath(QStringLiteral("p.concord")).toStdString(); }
    QString file() const { return folder_->filePath(QStringLiteral("p.concord")); }

    std::unique_ptr<QTemporaryDir> folder_;

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void showsARunThatAnotherHandleWrites()
    {
        Project project;
        project.open(file(), true);
        int run = 0;
        {
            RunStore other(path(), RunStore::Mode::write);
            run = queueRun(other, tinyExperiment(8));
        }
        QVERIFY(waitForState(project, run, RunState::queued));
        RunData *data = project.data(run);
        RunControl control;
        std::jthread elsewhere([&] { executeRun(path(), run, {}, control, nullptr); });
        QVERIFY(waitForState(project, run, RunState::finished));
        elsewhere.join();
        const RunStore store(path(), RunStore::Mode::read);
        QTRY_VERIFY_WITH_TIMEOUT(data->series(QStringLiteral("loss/depth")) && data->series(QStringLiteral("loss/depth"))->steps.size() == 8, 10000);
        QTRY_COMPARE(data->log().size(), store.log(run).size());
        QTRY_COMPARE(data->gramians({}).size(), store.gramians(run, "").size());
        QTRY_COMPARE(data->predictionSteps(), store.predictionSteps(run));
        QCOMPARE(data->summary().state, RunState::finished);
    }

    void growsWithAWriterAndRereadsAfterARestart()
    {
        Project project;
        project.open(file(), true);
        RunStore other(path(), RunStore::Mode::write);
        const int run = queueRun(other, tinyExperiment(100));
        QVERIFY(waitForState(project, run, RunState::queued));
        RunData *data = project.data(run);
        const auto write = [&](std::int64_t from, std::int64_t to, double value) {
            std::vector<RunEvent> events;
            for (std::int64_t step = from; step <= to; ++step)
                events.push_back(ScalarEvent{.series = "loss/depth", .step = step, .seconds = double(step), .value = value});
            events.push_back(LogEvent{.step = to, .text = "line"});
            events.push_back(StateEvent{.state = RunState::running, .step = to, .totalSteps = 100});
            other.append(run, events);
        };
        other.heartbeat(run);
        const auto losses = [&] { return data->series(QStringLiteral("loss/depth")) ? data->series(QStringLiteral("loss/depth"))->values : std::vector<double>(); };
        write(1, 10, 1);
        QTRY_COMPARE_WITH_TIMEOUT(losses(), std::vector<double>(10, 1), 10000);
        write(11, 20, 1);
        QTRY_COMPARE_WITH_TIMEOUT(losses(), std::vector<double>(20, 1), 10000);
        QCOMPARE(data->log().size(), std::size_t(2));
        // Taken up again from step 5: the other process cuts the series and goes another way.
        other.truncateAfter(run, 5);
        write(6, 8, 2);
        std::vector<double> expected(5, 1);
        expected.insert(expected.end(), 3, 2);
        QTRY_COMPARE_WITH_TIMEOUT(losses(), expected, 10000);
    }

    void aRunOpenedLateHasNoGaps()
    {
        Project project;
        project.open(file(), true);
        project.start(endlessExperiment());
        QVERIFY(waitForStep(project, 1, 5));
        RunData *data = project.data(1);   // the store lags behind what was drained already
        QVERIFY(waitForStep(project, 1, 15));
        const QString name = QStringLiteral("loss/depth");
        QTRY_VERIFY(data->series(name) && !data->series(name)->steps.empty() && data->series(name)->steps.front() == 1);
        const std::vector<std::int64_t> steps = data->series(name)->steps;
        for (std::size_t i = 0; i < steps.size(); ++i)
            QCOMPARE(steps[i], std::int64_t(i) + 1);
        project.stop(1);
        QVERIFY(waitForState(project, 1, RunState::stopped));
        QCOMPARE(data->log().size(), RunStore(path(), RunStore::Mode::read).log(1).size());
    }

    void aFailureArrivesAsASentenceAndNothingElseSuffers()
    {
        Project project;
        project.open(file(), true);
        Experiment doomed = tinyExperiment(50);
        doomed.plan.optimiserParams["lr"] = 1e30;
        QSignalSpy failed(&project, &Project::runFailed);
        QCOMPARE(project.start(doomed), QString());
        QCOMPARE(project.start(tinyExperiment(2)), QString());
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60000);
        QCOMPARE(failed[0][0].toInt(), 1);
        const QString sentence = failed[0][1].toString();
        QVERIFY2(sentence.contains(QStringLiteral("step")), qPrintable(sentence));
        QCOMPARE(stateOf(project, 1), std::optional(RunState::failed));
        QVERIFY(findRun(project, 1)->totalSteps == 50);
        QVERIFY(waitForState(project, 2, RunState::finished));   // the queue goes on
    }

    void aMissingDeviceIsASentence()
    {
        Project project;
        project.open(file(), true);
        Experiment experiment = tinyExperiment(4);
        experiment.plan.device = "cuda:7";
        QSignalSpy failed(&project, &Project::runFailed);
        QCOMPARE(project.start(experiment), QString());
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60000);
        QVERIFY2(failed[0][1].toString().contains(QStringLiteral("cuda")), qPrintable(failed[0][1].toString()));
    }

    void destroyedWhileItTrains()
    {
        QElapsedTimer timer;
        {
            Project project;
            project.open(file(), true);
            project.start(endlessExperiment());
            project.start(tinyExperiment(2));
            QVERIFY(waitForStep(project, 1, 2));
            timer.start();
        }
        qInfo("stopped, kept and joined in %lld ms", timer.elapsed());
        Project again;
        QCOMPARE(again.open(file(), false), QString());
        QCOMPARE(stateOf(again, 1), std::optional(RunState::stopped));
        QCOMPARE(stateOf(again, 2), std::optional(RunState::queued));
        const std::int64_t step = findRun(again, 1)->step;
        QCOMPARE(again.resume(1, step + 2), QString());
        QVERIFY(waitForState(again, 1, RunState::finished));
        QCOMPARE(again.resume(2), QString());   // left in the queue of a closed window: goes on by hand
        QVERIFY(waitForState(again, 2, RunState::finished));
    }

    void destroyedWhilePausedDoesNotHang()
    {
        Project project;
        project.open(file(), true);
        project.start(endlessExperiment());
        QVERIFY(waitForStep(project, 1, 1));
        project.pause(1);
        QVERIFY(waitForState(project, 1, RunState::paused));
    }

    void stopAllEmptiesTheQueueToo()
    {
        Project project;
        project.open(file(), true);
        project.start(endlessExperiment());
        project.start(endlessExperiment());
        project.start(endlessExperiment());
        QVERIFY(waitForStep(project, 1, 1));
        project.stopAll();
        QTRY_VERIFY_WITH_TIMEOUT(!project.running(), 30000);
        for (const int run : {1, 2, 3})
            QCOMPARE(stateOf(project, run), std::optional(RunState::stopped));
        QVERIFY(project.queue().empty());
    }

    void theNewestRequestForPredictionsWins()
    {
        Project project;
        project.open(file(), true);
        project.start(tinyExperiment(8));
        QVERIFY(waitForState(project, 1, RunState::finished));
        std::vector<std::int64_t> answers;
        std::size_t planes = 0;
        const auto ask = [&](std::int64_t step) {
            project.requestPredictions(1, step, &project, [&, step](const std::vector<PredictionEvent> &found) {
                answers.push_back(step);
                planes = found.size();
                for (const PredictionEvent &plane : found)
                    QCOMPARE(plane.step, step);
            });
        };
        for (int i = 0; i < 20; ++i) {
            ask(4);
            ask(3);   // there is none at step 3: that must not hold up the next
        }
        ask(8);
        QTRY_VERIFY_WITH_TIMEOUT(!answers.empty(), 10000);
        QCOMPARE(answers, (std::vector<std::int64_t>{8}));
        QVERIFY(planes >= 2 * (1 + 3 * 2));   // two samples: the image, and truth and prediction of three tasks
        // Nobody is told when the one who asked is gone.
        auto context = std::make_unique<QObject>();
        project.requestPredictions(1, 4, context.get(), [&](const auto &) { answers.push_back(0); });
        context.reset();
        ask(8);
        QTRY_COMPARE(answers.size(), std::size_t(2));
        QCOMPARE(answers.back(), std::int64_t(8));
    }

    void backgroundWorkAnswersWithASentence()
    {
        Project project;
        project.open(file(), true);
        QStringList answers;
        project.runInBackground([] {}, &project, [&](const QString &sentence) { answers += sentence; });
        project.runInBackground([] { throw Error("the disk is full"); }, &project, [&](const QString &sentence) { answers += sentence; });
        QTRY_COMPARE(answers, (QStringList{QString(), QStringLiteral("the disk is full")}));
    }

    /// Budget: no slot on the window's thread takes over 16 ms. Printed, as a busy machine says nothing about the program.
    void printsTheLongestTurnWhileWatching()
    {
        Project project;
        project.open(file(), true);
        project.start(endlessExperiment());
        project.data(1);
        QVERIFY(waitForStep(project, 1, 3));
        double longest = 0;
        QElapsedTimer whole;
        whole.start();
        while (whole.elapsed() < 3000) {
            QElapsedTimer turn;
            turn.start();
            QCoreApplication::processEvents(QEventLoop::AllEvents);
            longest = std::max(longest, double(turn.nsecsElapsed()) / 1e6);
            QThread::msleep(1);
        }
        qInfo("longest turn of the loop: %.2f ms in %lld steps", longest, static_cast<long long>(project.live().step));
    }
};

CONCORD_TEST(ProjectLiveTest)

} // namespace concord::test

#include "project_live_test.moc"
