#include "core/store/run_store.h"

#include "tests/core/store/forked.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

using namespace concord;

/// Several threads and processes at one project.
class RunStoreSharingTest : public QObject
{
    Q_OBJECT

    QTemporaryDir folder_;
    int count_ = 0;

    std::filesystem::path newFile() { return std::filesystem::path(folder_.path().toStdString()) / ("p" + std::to_string(++count_) + ".concord"); }

  private Q_SLOTS:
    /// Each of the writer's transactions holds one step of both series: a reader sees both or neither.
    void showsWholeStepsToAnotherConnection()
    {
        const auto file = newFile();
        RunStore(file, RunStore::Mode::create).createRun({});
        constexpr std::int64_t steps = 2000;
        std::atomic<bool> isDone = false;
        std::thread writing([&] {
            RunStore store(file, RunStore::Mode::write);
            for (std::int64_t step = 1; step <= steps; ++step)
                store.append(1, std::vector<RunEvent>{ScalarEvent{"b", step, 0, double(step)}, ScalarEvent{"a", step, 0, -double(step)}});
            isDone = true;
        });
        std::int64_t reads = 0, worst = 0;
        std::string problem;
        {
            RunStore other(file, RunStore::Mode::write); // a second writer comes and goes
            const RunStore reader(file, RunStore::Mode::read);
            for (std::int64_t seen = 0; !isDone && problem.empty(); ++reads) {
                const Series a = reader.series(1, "a", seen);
                const Series b = reader.series(1, "b", seen); // read later, so never behind a
                if (b.steps.size() < a.steps.size())
                    problem = "a step was half there";
                for (std::size_t i = 0; i < a.steps.size(); ++i) {
                    if (a.steps[i] != seen + std::int64_t(i) + 1 || a.values[i] != -double(a.steps[i]))
                        problem = "a step was skipped";
                }
                worst = std::max(worst, std::int64_t(a.steps.size()));
                seen += std::int64_t(a.steps.size());
                if (reads % 50 == 0)
                    other.saveDraft(std::to_string(reads));
            }
        }
        writing.join();
        QCOMPARE(problem, std::string());
        QVERIFY(reads > 0);
        QCOMPARE(RunStore(file, RunStore::Mode::read).series(1, "a").steps.size(), std::size_t(steps));
        qInfo("%lld reads beside %lld transactions, at most %lld new steps at once", (long long)reads, (long long)steps, (long long)worst);
    }

    void opensForManyThreadsAtOnce()
    {
        const auto file = newFile();
        std::atomic<int> failures = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                try {
                    RunStore(file, RunStore::Mode::create).createRun({});
                } catch (const std::exception &error) {
                    qWarning("%s", error.what());
                    ++failures;
                }
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(failures.load(), 0);
        QCOMPARE(RunStore(file, RunStore::Mode::read).runs().size(), std::size_t(8));
        int files = 0;
        for (const auto &entry : std::filesystem::directory_iterator(file.parent_path()))
            files += entry.path().filename().string().ends_with(".new");
        QCOMPARE(files, 0);
    }

    /// As the window beside the CLI: the reader sees each step in order, and closing one store of a process leaves its others sound.
    void showsARunThatAnotherProcessWrites()
    {
        const auto file = newFile();
        RunStore(file, RunStore::Mode::create).createRun({});
        constexpr std::int64_t steps = 300;
        const concord::test::Forked child([&](int out) {
            try {
                RunStore store(file, RunStore::Mode::write);
                for (std::int64_t step = 1; step <= steps; ++step)
                    store.append(1, std::vector<RunEvent>{ScalarEvent{"a", step, 0, double(step)}});
            } catch (const std::exception &error) {
                [[maybe_unused]] const ssize_t written = write(out, error.what(), std::strlen(error.what()));
            }
        });
        std::int64_t seen = 0;
        std::string problem;
        {
            RunStore store(file, RunStore::Mode::write);
            for (int reads = 0; waitpid(child.pid, nullptr, WNOHANG) == 0; ++reads) {
                const Series news = store.series(1, "a", seen);
                for (const std::int64_t step : news.steps) {
                    if (step != ++seen)
                        problem = "a step was skipped";
                }
                store.saveDraft(std::to_string(reads));
                RunStore(file, RunStore::Mode::write).renameRun(1, "renamed");
            }
            QCOMPARE(child.readAll(), std::string());
            QCOMPARE(problem, std::string());
            QCOMPARE(store.series(1, "a").steps.size(), std::size_t(steps));
        }
    }

    /// The trap of https://www.sqlite.org/howtocorrupt.html (2.2): were our lock lost by opening the file a second time, the other
    /// process would take itself for the last one and remove the log that we go on writing to.
    void keepsItsLocksWhenOpenedTwice()
    {
        const auto file = newFile();
        RunStore(file, RunStore::Mode::create).createRun({.name = "first"});
        int go[2] = {-1, -1};
        QCOMPARE(pipe(go), 0);
        const concord::test::Forked other([&](int out) { // made before our connections, which it must not inherit
            char byte = 0;
            if (read(go[0], &byte, 1) != 1)
                return;
            try {
                RunStore(file, RunStore::Mode::write).renameRun(1, "theirs");
            } catch (const std::exception &error) {
                [[maybe_unused]] const ssize_t written = write(out, error.what(), std::strlen(error.what()));
            }
        });
        RunStore store(file, RunStore::Mode::write);
        store.renameRun(1, "ours");
        RunStore(file, RunStore::Mode::write).renameRun(1, "ours too");
        (void)RunStore(file, RunStore::Mode::read).run(1);
        QCOMPARE(write(go[1], "x", 1), ssize_t(1));
        QCOMPARE(other.readAll(), std::string());
        other.wait();
        close(go[0]);
        close(go[1]);
        QVERIFY(std::filesystem::exists(file.string() + "-wal"));
        QCOMPARE(store.run(1).name, std::string("theirs"));
        store.renameRun(1, "ours again");
        QCOMPARE(RunStore(file, RunStore::Mode::read).run(1).name, std::string("ours again"));
    }

    void marksRunsOfEndedProcesses()
    {
        const auto file = newFile();
        RunStore(file, RunStore::Mode::create).createRun({.name = "child", .totalSteps = 9});
        const std::string text = concord::test::inChild([&] {
            RunStore(file, RunStore::Mode::write).append(1, std::vector<RunEvent>{StateEvent{.state = RunState::running, .step = 5}});
            return std::string("done");
        });
        QCOMPARE(text, std::string("done"));
        RunStore store(file, RunStore::Mode::write);
        store.createRun({.name = "ours", .state = RunState::running});
        store.createRun({.name = "waiting", .state = RunState::queued});
        QCOMPARE(store.run(1).state, RunState::running);
        store.recoverInterrupted();
        QCOMPARE(store.run(1).state, RunState::interrupted);
        QVERIFY2(store.run(1).message.find("ended after step 5") != std::string::npos, store.run(1).message.c_str());
        QCOMPARE(store.run(2).state, RunState::running);
        QCOMPARE(store.run(3).state, RunState::queued);
        store.append(1, std::vector<RunEvent>{StateEvent{.state = RunState::running, .step = 5}}); // resumed by us
        store.recoverInterrupted();
        QCOMPARE(store.run(1).state, RunState::running);
        QCOMPARE(store.run(1).message, std::string());
    }

    /// On another computer only the heartbeat can tell.
    void marksSilentRunsOfOtherComputers()
    {
        const auto file = newFile();
        RunStore store(file, RunStore::Mode::create);
        for (int i = 0; i < 3; ++i)
            store.createRun({.state = RunState::paused, .step = 4});
        {
            SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
            database.exec("UPDATE run SET host = 'lab7 pid:[1]', heartbeat = heartbeat - 55 WHERE number = 1");
            database.exec("UPDATE run SET host = 'lab7 pid:[1]', heartbeat = heartbeat - 3600 WHERE number = 2");
            database.exec("UPDATE run SET heartbeat = heartbeat - 3600 WHERE number = 3"); // ours, and we are alive
        }
        store.recoverInterrupted();
        QCOMPARE(store.run(1).state, RunState::paused);
        QCOMPARE(store.run(2).state, RunState::interrupted);
        QVERIFY2(store.run(2).message.starts_with("Nothing was heard of it after step 4 for 360"), store.run(2).message.c_str());
        QVERIFY2(store.run(2).message.find("'lab7'") != std::string::npos, store.run(2).message.c_str());
        QCOMPARE(store.run(3).state, RunState::paused);
        store.heartbeat(2); // an interrupted run is nobody's
        QCOMPARE(store.run(2).state, RunState::interrupted);
    }
};

CONCORD_TEST(RunStoreSharingTest)
#include "run_store_sharing_test.moc"
