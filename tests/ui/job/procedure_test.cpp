#include "core/store/run_store.h"
#include "tests/support/testing.h"
#include "tests/ui/job/quick_experiment.h"
#include "tests/ui/job/tiny_project.h"
#include "ui/job/procedure_record.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QThread>

namespace concord::test {

/// A procedure in its own thread, as the window's thread sees it. The runs are real ones.
class ProjectProcedureTest : public QObject
{
    Q_OBJECT

    using Phase = ProcedureProgress::Phase;

    std::unique_ptr<QTemporaryDir> folder_;
    QString path() const { return folder_->filePath(QStringLiteral("p.concord")); }

    /// A grid of 4 parts for two tasks: 1 : 3, 2 : 2 and 3 : 1.
    static ProcedureOrder threeRuns(std::int64_t steps = 4) { return {.procedure = "weight_sweep", .params = {{"divisions", std::int64_t(4)}}, .experiment = quickExperiment(steps)}; }
    static ProcedureOrder endless() { return threeRuns(1000000); }

    static bool waitForEnd(const Project &project)
    {
        return QTest::qWaitFor([&] { return project.procedure().phase == Phase::over; }, 60000);
    }
    static bool waitUntilItTrains(const Project &project, std::int64_t step = 3)
    {
        return QTest::qWaitFor([&] { return project.procedure().run > 0 && project.procedure().step > step; }, 60000);
    }

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void makesItsRunsAndItsFront()
    {
        Project project;
        QCOMPARE(project.open(path(), true), QString());
        const QThread *here = QThread::currentThread();
        std::int64_t furthest = 0;
        connect(&project, &Project::procedureChanged, &project, [&] {
            QCOMPARE(QThread::currentThread(), here);
            QVERIFY(project.procedure().done >= furthest);
            furthest = project.procedure().done;
        }, Qt::DirectConnection);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(project.startProcedure(threeRuns()), QString());
        QVERIFY2(timer.elapsed() < 100, "the window waits");
        QVERIFY(project.procedure().isActive());
        QVERIFY(waitForEnd(project));
        const ProcedureProgress &progress = project.procedure();
        QCOMPARE(progress.result.state, RunState::finished);
        QCOMPARE(progress.done, std::int64_t(3));
        QCOMPARE(progress.total, std::int64_t(3));
        QCOMPARE(progress.share(), 1.0);
        QCOMPARE(progress.endSentence(), QStringLiteral("Weight sweep is done: 3 runs, front “Weight sweep · quick”."));
        QVERIFY(!project.running());
        QTRY_COMPARE(project.runs().size(), std::size_t(3));
        for (const RunSummary &run : project.runs())
            QCOMPARE(run.state, RunState::finished);
        QCOMPARE(RunStore(path().toStdString(), RunStore::Mode::read).front("Weight sweep · quick").points.size(), std::size_t(3));
        // Nothing is left to go on with.
        QVERIFY(!unfinishedProcedure(path().toStdString()));
        // The project is free for the next thing.
        QCOMPARE(project.start(quickExperiment()), QString());
        QVERIFY(waitForState(project, 4, RunState::finished));
    }

    /// What is drawn while it trains is whole: nothing is lost between what the store had and what is said.
    void itsRunsAreSeenLive()
    {
        Project project;
        project.open(path(), true);
        ProcedureOrder order = threeRuns(4000);
        order.params["divisions"] = std::int64_t(2);   // one run
        project.startProcedure(order);
        QVERIFY(waitUntilItTrains(project));
        QTRY_COMPARE(project.runs().size(), std::size_t(1));
        QTRY_COMPARE(project.runs().front().state, RunState::running);
        QCOMPARE(project.running(), std::optional(1));
        QVERIFY(project.live().total == 4000);
        RunData *data = project.data(1);
        QTRY_VERIFY_WITH_TIMEOUT(data->series(QStringLiteral("loss/value")) && data->series(QStringLiteral("loss/value"))->steps.size() > 10, 30000);
        QVERIFY(waitForEnd(project));
        const Series stored = RunStore(path().toStdString(), RunStore::Mode::read).series(1, "loss/value");
        QTRY_COMPARE(data->series(QStringLiteral("loss/value"))->steps.size(), stored.steps.size());
        QVERIFY(data->series(QStringLiteral("loss/value"))->steps == stored.steps);
        QCOMPARE(project.runs().front().state, RunState::finished);
        QCOMPARE(project.runs().front().step, std::int64_t(4000));
    }

    void stopsAndGoesOn()
    {
        Project project;
        project.open(path(), true);
        project.startProcedure(endless());
        QVERIFY(waitUntilItTrains(project));
        QVERIFY(project.startProcedure(threeRuns()).contains(QStringLiteral("Weight sweep")));   // one at a time
        QVERIFY(project.open(folder_->filePath(QStringLiteral("other.concord")), true).contains(QStringLiteral("stop it")));
        project.stopProcedure();
        QCOMPARE(project.procedure().phase, Phase::stopping);
        QVERIFY(waitForEnd(project));
        QCOMPARE(project.procedure().result.state, RunState::stopped);
        QVERIFY(project.procedure().endSentence().contains(QStringLiteral("0 of 3")));
        QTRY_COMPARE(project.runs().size(), std::size_t(1));
        QTRY_COMPARE(project.runs().front().state, RunState::stopped);
        const std::int64_t reached = project.runs().front().step;
        QCOMPARE(project.startProcedure(project.procedure().order), QString());
        QVERIFY(waitUntilItTrains(project, reached));   // from the checkpoint, in the same run
        QCOMPARE(project.procedure().run, 1);
        QCOMPARE(project.runs().size(), std::size_t(1));
        project.stop(1);   // the run's own order stops the procedure, or it would just train the next
        QVERIFY(waitForEnd(project));
        QCOMPARE(project.procedure().result.state, RunState::stopped);
    }

    void pausesWithItsRun()
    {
        Project project;
        project.open(path(), true);
        project.startProcedure(endless());
        QVERIFY(waitUntilItTrains(project));
        QTRY_COMPARE(project.runs().size(), std::size_t(1));
        project.pause(1);
        QVERIFY(waitForState(project, 1, RunState::paused));
        project.unpause(1);
        QVERIFY(waitForState(project, 1, RunState::running));
        project.stopAll();
        QVERIFY(waitForEnd(project));
    }

    void isKnownAgainAfterTheWindowWasClosed()
    {
        {
            Project project;
            project.open(path(), true);
            project.startProcedure(endless());
            QVERIFY(waitUntilItTrains(project));
            QTRY_COMPARE(project.runs().size(), std::size_t(1));
        }   // stopped and joined
        {
            Project project;
            project.open(path(), false);
            QCOMPARE(project.runs().front().state, RunState::stopped);   // not interrupted: its checkpoint was kept
            QTRY_COMPARE(project.procedure().phase, Phase::over);
            QVERIFY(project.procedure().endSentence().contains(QStringLiteral("Go on")));
            const ProcedureOrder order = project.procedure().order;
            QCOMPARE(order.procedure, std::string("weight_sweep"));
            QVERIFY(order.params == endless().params);
            QVERIFY(contentId(order.experiment) == contentId(endless().experiment));
            QCOMPARE(project.startProcedure(order), QString());
            QVERIFY(waitUntilItTrains(project, project.runs().front().step));
            QCOMPARE(project.procedure().run, 1);
            project.stopProcedure();
            QVERIFY(waitForEnd(project));
            project.dismissProcedure();
            QCOMPARE(project.procedure().phase, Phase::none);
        }
        Project project;
        project.open(path(), false);
        QTest::qWait(200);
        QCOMPARE(project.procedure().phase, Phase::none);
    }

    void waitsForTheRunThatTrainsAndTheQueueForIt()
    {
        Project project;
        project.open(path(), true);
        project.start(quickExperiment(1000000));
        QVERIFY(waitForStep(project, 1, 3));
        project.startProcedure(threeRuns());
        QCOMPARE(project.procedure().phase, Phase::waiting);
        project.start(quickExperiment(5));
        QCOMPARE(project.queue().size(), std::size_t(1));
        project.stop(1);
        QVERIFY(waitForEnd(project));
        QCOMPARE(project.procedure().result.state, RunState::finished);
        QVERIFY(waitForState(project, 2, RunState::finished));
        // The run of the queue came last, though it was made first.
        const auto created = project.procedure().result.runs;
        QCOMPARE(created, (std::vector<int>{3, 4, 5}));
    }

    void oneThatWaitsCanBeTakenBack()
    {
        Project project;
        project.open(path(), true);
        project.start(quickExperiment(1000000));
        QVERIFY(waitForStep(project, 1, 3));
        project.startProcedure(threeRuns());
        project.stopProcedure();
        QCOMPARE(project.procedure().phase, Phase::over);
        project.stopAll();
        QTRY_VERIFY(!project.running());
        QCOMPARE(project.runs().size(), std::size_t(1));
    }

    void aFailureIsOneSentence()
    {
        Project project;
        project.open(path(), true);
        project.startProcedure({.procedure = "recon", .params = {{"run", std::int64_t(99)}}});
        QVERIFY(waitForEnd(project));
        QCOMPARE(project.procedure().result.state, RunState::failed);
        const QString sentence = project.procedure().endSentence();
        QVERIFY2(sentence.startsWith(QStringLiteral("Recon failed: ")) && sentence.contains(QStringLiteral("99")) && !sentence.contains(u'\n'), qPrintable(sentence));
        QCOMPARE(project.start(quickExperiment()), QString());
        QVERIFY(waitForState(project, 1, RunState::finished));
    }

    void refusesWithoutAProject()
    {
        Project project;
        QVERIFY(!project.startProcedure(threeRuns()).isEmpty());
        project.stopProcedure();
        QCOMPARE(project.procedure().phase, Phase::none);
    }
};

CONCORD_TEST(ProjectProcedureTest)

} // namespace concord::test

#include "procedure_test.moc"
