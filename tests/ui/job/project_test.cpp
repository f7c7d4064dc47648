#include "core/store/run_writer.h"
#include "tests/support/testing.h"
#include "tests/ui/job/tiny_project.h"

#include <QElapsedTimer>
#include <QFile>
#include <QPointer>
#include <QSignalSpy>
#include <QThread>

#include <filesystem>
#include <fstream>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>

namespace concord::test {

/// Opening, orders and their effects on the window's thread. The runs are real ones.
class ProjectTest : public QObject
{
    Q_OBJECT

private:
    QString path(const char *name = "p.concord") const { return folder_->filePath(QString::fromLatin1(name)); }

    std::unique_ptr<QTemporaryDir> folder_;

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void makesAndOpensAgain()
    {
        {
            Project project;
            QSignalSpy opened(&project, &Project::opened);
            QCOMPARE(project.open(path(), true), QString());
            QCOMPARE(opened.count(), 1);
            QVERIFY(project.isOpen());
            QVERIFY(project.runs().empty());
            project.saveDraft(QStringLiteral("{\"a\":1}"));
        }
        Project project;
        QCOMPARE(project.open(path(), false), QString());
        QCOMPARE(project.draft(), QStringLiteral("{\"a\":1}"));
    }

    void theLastOfManyDraftsIsKept()
    {
        Project project;
        project.open(path(), true);
        for (int i = 0; i < 50; ++i)
            project.saveDraft(QString::number(i));
        QCOMPARE(project.draft(), QStringLiteral("49"));
    }

    void refusesWithASentenceAndKeepsTheOldProject()
    {
        Project project;
        QCOMPARE(project.open(path(), true), QString());
        project.start(tinyExperiment(2));
        QVERIFY(waitForState(project, 1, RunState::finished));
        QSignalSpy opened(&project, &Project::opened);
        const RunData *data = project.data(1);

        std::ofstream(path("text.concord").toStdString()) << "this is not a database, however long it may be; it only has letters in it";
        {
            Project newer;
            QCOMPARE(newer.open(path("newer.concord"), true), QString());
        }
        SQLite::Database(path("newer.concord").toStdString(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 999");
        const std::pair<QString, QString> cases[] = {{path("text.concord"), QStringLiteral("text.concord")},
                                                     {path("newer.concord"), QStringLiteral("newer")},
                                                     {path("missing.concord"), QStringLiteral("missing.concord")},
                                                     {path("no/such/folder/p.concord"), QStringLiteral("no/such/folder")},
                                                     {folder_->path(), QStringLiteral("folder")}};
        for (const auto &[file, expected] : cases) {
            const QString sentence = project.open(file, file.contains(QStringLiteral("no/such")));
            QVERIFY2(sentence.contains(expected), qPrintable(file + QStringLiteral(" → ") + sentence));
            QVERIFY(!sentence.contains(u'\n'));
        }
        QVERIFY(!QFile::exists(path("missing.concord")));
        QCOMPARE(opened.count(), 0);
        QCOMPARE(project.file(), path());
        QCOMPARE(project.runs().size(), std::size_t(1));
        QCOMPARE(static_cast<const RunData *>(project.data(1)), data);
    }

    void anotherProjectReplacesEverything()
    {
        Project project;
        project.open(path("a.concord"), true);
        project.start(tinyExperiment(2));
        QVERIFY(waitForState(project, 1, RunState::finished));
        const QPointer<RunData> old = project.data(1);
        QCOMPARE(project.open(path("b.concord"), true), QString());
        QVERIFY(old);   // views that hold it may still look at it in this turn of the loop
        QVERIFY(project.runs().empty());
        QVERIFY(!project.data(1));
        QTRY_VERIFY(!old);
    }

    void refusesWithoutAProjectAndWithABrokenGraph()
    {
        Project project;
        QVERIFY(!project.start(tinyExperiment(2)).isEmpty());
        project.open(path(), true);
        Experiment broken = tinyExperiment(2);
        broken.graph.edges.clear();
        QVERIFY(project.start(broken).contains(QStringLiteral("cannot run")));
        QVERIFY(project.runs().empty());
        QVERIFY(project.resume(7).contains(u'7'));
    }

    void trainsAndTellsOnTheWindowsThread()
    {
        Project project;
        project.open(path(), true);
        QSignalSpy changed(&project, &Project::runsChanged);
        const QThread *here = QThread::currentThread();
        bool elsewhere = false;
        connect(&project, &Project::runsChanged, &project, [&] { elsewhere |= QThread::currentThread() != here; }, Qt::DirectConnection);
        QCOMPARE(project.start(tinyExperiment(8)), QString());
        QCOMPARE(project.running(), std::optional<int>(1));
        RunData *data = project.data(1);
        QVERIFY(data);
        QVERIFY(waitForState(project, 1, RunState::finished));
        QVERIFY(!elsewhere);
        QVERIFY(changed.count() >= 3);
        QVERIFY(!project.running());
        QCOMPARE(findRun(project, 1)->step, std::int64_t(8));
        QCOMPARE(findRun(project, 1)->totalSteps, std::int64_t(8));

        // What came live is what the store has, no more and no less.
        const RunStore store(path().toStdString(), RunStore::Mode::read);
        const QStringList names = data->seriesNames();
        QCOMPARE(std::size_t(names.size()), store.seriesNames(1).size());
        for (const QString &name : names) {
            const Series stored = store.series(1, name.toStdString());
            QCOMPARE(data->series(name)->steps, stored.steps);
            QCOMPARE(data->series(name)->values, stored.values);
        }
        QCOMPARE(data->series(QStringLiteral("loss/depth"))->steps.size(), std::size_t(8));
        QCOMPARE(data->predictionSteps(), (std::vector<std::int64_t>{4, 8}));
        QVERIFY(!data->gramians({}).empty());
        QCOMPARE(data->gramians({}).size(), store.gramians(1, "").size());
        QCOMPARE(data->log().size(), store.log(1).size());
        QCOMPARE(data->tasks().size(), std::size_t(3));
    }

    void pausesAndGoesOn()
    {
        Project project;
        project.open(path(), true);
        project.start(endlessExperiment());
        QVERIFY(waitForStep(project, 1, 2));
        project.pause(1);
        QVERIFY(waitForState(project, 1, RunState::paused));
        const std::int64_t at = findRun(project, 1)->step;
        project.unpause(1);
        QVERIFY(waitForStep(project, 1, at + 2));
        QCOMPARE(stateOf(project, 1), std::optional(RunState::running));
        project.abort(1);
        QVERIFY(waitForState(project, 1, RunState::stopped));
    }

    void stopKeepsACheckpointAndResumeGoesOnFromIt()
    {
        Project project;
        project.open(path(), true);
        project.start(endlessExperiment());
        QVERIFY(waitForStep(project, 1, 2));
        project.stop(1);
        QVERIFY(waitForState(project, 1, RunState::stopped));
        const std::int64_t stopped = findRun(project, 1)->step;
        const RunStore store(path().toStdString(), RunStore::Mode::read);
        const std::optional<CheckpointEvent> kept = store.checkpoint(1, "last");
        QVERIFY(kept);
        QCOMPARE(kept->step, stopped);
        QVERIFY(std::filesystem::exists(store.folder() / kept->file));

        QCOMPARE(project.resume(1, stopped + 3), QString());
        QVERIFY(!project.resume(1).isEmpty());   // it is queued already
        QVERIFY(waitForState(project, 1, RunState::finished));
        QCOMPARE(findRun(project, 1)->step, stopped + 3);
        const Series losses = store.series(1, "loss/depth");
        QCOMPARE(std::int64_t(losses.steps.size()), stopped + 3);
        for (std::size_t i = 0; i < losses.steps.size(); ++i)
            QCOMPARE(losses.steps[i], std::int64_t(i) + 1);
    }

    void abortKeepsNone()
    {
        Project project;
        project.open(path(), true);
        Experiment experiment = endlessExperiment();
        experiment.plan.evaluateEvery = 50000;
        project.start(experiment);
        QVERIFY(waitForStep(project, 1, 2));
        project.abort(1);
        QVERIFY(waitForState(project, 1, RunState::stopped));
        QVERIFY(!RunStore(path().toStdString(), RunStore::Mode::read).checkpoint(1, "last"));
    }

    void queueKeepsItsOrderAndCanBeChanged()
    {
        Project project;
        project.open(path(), true);
        QCOMPARE(project.start(endlessExperiment()), QString());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(project.start(tinyExperiment(1)), QString());
        QCOMPARE(project.queue(), (std::deque<int>{2, 3, 4}));
        project.moveInQueue(4, -1);
        QCOMPARE(project.queue(), (std::deque<int>{2, 4, 3}));
        project.moveInQueue(4, -9);
        QCOMPARE(project.queue(), (std::deque<int>{4, 2, 3}));
        project.moveInQueue(4, 1);
        QCOMPARE(project.queue(), (std::deque<int>{2, 4, 3}));
        project.moveInQueue(99, 1);
        project.stop(4);
        QCOMPARE(project.queue(), (std::deque<int>{2, 3}));
        QCOMPARE(stateOf(project, 4), std::optional(RunState::stopped));
        project.moveInQueue(3, -1);
        project.abort(1);

        std::vector<int> order;
        connect(&project, &Project::runsChanged, &project, [&] {
            if (const auto run = project.running(); run && (order.empty() || order.back() != *run))
                order.push_back(*run);
        });
        QVERIFY(waitForState(project, 2, RunState::finished));
        QCOMPARE(stateOf(project, 3), std::optional(RunState::finished));
        QCOMPARE(order.size() >= 2 ? std::vector<int>(order.end() - 2, order.end()) : order, (std::vector<int>{3, 2}));
    }

    void deletesWithUndoEvenWhileItTrains()
    {
        Project project;
        project.open(path(), true);
        project.start(endlessExperiment());
        QVERIFY(waitForStep(project, 1, 1));
        project.setDeleted(1, true);
        QVERIFY(project.runs().empty());
        QCOMPARE(project.deletedRuns().size(), std::size_t(1));
        QTRY_VERIFY_WITH_TIMEOUT(!project.running(), 30000);
        project.setDeleted(1, false);
        QCOMPARE(project.runs().size(), std::size_t(1));
        QTRY_COMPARE(stateOf(project, 1), std::optional(RunState::stopped));
        project.rename(1, QStringLiteral("back again"));
        QCOMPARE(RunStore(path().toStdString(), RunStore::Mode::read).run(1).name, std::string("back again"));
    }
};

CONCORD_TEST(ProjectTest)

} // namespace concord::test

#include "project_test.moc"
