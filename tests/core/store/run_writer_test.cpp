#include "core/store/run_writer.h"

#include "core/store/run_store.h"
#include "tests/core/store/forked.h"
#include "tests/support/testing.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <poll.h>
#include <random>
#include <thread>

using namespace concord;
using concord::test::Forked;
using concord::test::messageOf;

namespace {

/// What the child says of itself: it has posted `step`; everything up to `flushed` is on disk by its word.
struct Report
{
    std::int64_t step = 0;
    std::int64_t flushed = 0;
    std::int64_t when = 0; ///< ns of the monotonic clock
};

std::int64_t monotonicNow()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// A training process: about a thousand steps a second, with a flush now and then where asked. Reports are smaller than PIPE_BUF, so whole.
void train(const std::filesystem::path &file, int run, int out, bool isFlushing)
{
    RunWriter writer(file, run);
    writer.post(StateEvent{.state = RunState::running, .step = 0, .totalSteps = 1'000'000});
    Report report;
    for (;;) {
        ++report.step;
        writer.post(ScalarEvent{"loss/a", report.step, 0.001 * double(report.step), double(report.step)});
        writer.post(ScalarEvent{"loss/b", report.step, 0.001 * double(report.step), 1.0 / double(report.step)});
        if (report.step % 10 == 0)
            writer.post(GramianEvent{report.step, "", {1, 2, 3, float(report.step)}});
        if (isFlushing && report.step % 64 == 0) {
            writer.flush();
            report.flushed = report.step;
        }
        report.when = monotonicNow();
        if (write(out, &report, sizeof(report)) != sizeof(report))
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

} // namespace

class RunWriterTest : public QObject
{
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path file(const char *name) const { return std::filesystem::path(folder_.path().toStdString()) / name; }

  private Q_SLOTS:
    void writesWhatIsPosted()
    {
        const auto project = file("posted.concord");
        RunStore store(project, RunStore::Mode::create);
        const int number = store.createRun({});
        {
            RunWriter writer(project, number);
            for (int step = 1; step <= 500; ++step)
                writer.post(ScalarEvent{"a", step, 0, double(step)});
            writer.flush();
            QCOMPARE(store.series(number, "a").steps.size(), std::size_t(500));
            writer.flush(); // nothing left
            writer.post(LogEvent{.text = "last words"});
        }
        QCOMPARE(store.log(number).size(), std::size_t(1)); // written on the way out
    }

    void takesPostsFromManyThreads()
    {
        const auto project = file("threads.concord");
        RunStore store(project, RunStore::Mode::create);
        const int number = store.createRun({});
        RunWriter writer(project, number);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&writer, t] {
                for (int step = 0; step < 1000; ++step) {
                    writer.post(ScalarEvent{std::to_string(t), step, 0, double(step)});
                    if (step % 250 == 0)
                        writer.flush();
                }
            });
        for (std::thread &thread : threads)
            thread.join();
        writer.flush();
        for (int t = 0; t < 4; ++t)
            QCOMPARE(store.series(number, std::to_string(t)).steps.size(), std::size_t(1000));
    }

    /// Nobody flushes: the thread brings events to the disk by itself.
    void writesWithoutBeingAsked()
    {
        const auto project = file("unasked.concord");
        RunStore store(project, RunStore::Mode::create);
        const int number = store.createRun({});
        RunWriter writer(project, number);
        QElapsedTimer timer;
        timer.start();
        writer.post(ScalarEvent{"a", 1, 0, 1});
        QTRY_COMPARE_WITH_TIMEOUT(store.series(number, "a").steps.size(), std::size_t(1), 30000);
        qInfo("on disk after %lld ms", (long long)timer.elapsed());
    }

    /// While another program keeps the file to itself, 64 MB of planes of 3 MB may wait, and post() waits with the rest.
    void boundsItsQueue()
    {
        const auto project = file("large.concord");
        RunStore store(project, RunStore::Mode::create);
        const int number = store.createRun({});
        RunWriter writer(project, number);
        SQLite::Database other(project.string(), SQLite::OPEN_READWRITE, 10000);
        other.exec("BEGIN IMMEDIATE");
        std::atomic<int> posted = 0;
        std::thread posting([&] {
            for (int step = 1; step <= 60; ++step, ++posted)
                writer.post(PredictionEvent{.step = step % 5,
                                            .task = "a",
                                            .kind = "prediction",
                                            .width = 1000,
                                            .height = 1000,
                                            .channels = 3,
                                            .data = std::vector<std::uint8_t>(3'000'000, std::uint8_t(step))});
        });
        const bool isFull = QTest::qWaitFor([&] { return posted >= 21; }, 10000);
        QTest::qWait(300);
        const int waiting = posted;
        other.exec("ROLLBACK");
        posting.join();
        QVERIFY(isFull);
        QVERIFY2(waiting <= 22, qPrintable(QString::number(waiting)));
        writer.flush();
        QCOMPARE(store.predictionSteps(number).size(), std::size_t(5));
        QCOMPARE(store.predictions(number, 0).at(0).data.at(17), std::uint8_t(60));
    }

    void saysWhatIsWrong()
    {
        const auto project = file("wrong.concord");
        QVERIFY(messageOf([&] { RunWriter(project, 1); }).ends_with("found no such file"));
        RunStore store(project, RunStore::Mode::create);
        QVERIFY(messageOf([&] { RunWriter(project, 1); }).ends_with("no runs yet"));
        const int number = store.createRun({});
        RunWriter writer(project, number);
        writer.post(PredictionEvent{.step = 1, .task = "a", .kind = "truth", .width = 2, .height = 2, .data = {1, 2, 3}});
        const std::string first = messageOf([&] { writer.flush(); });
        QVERIFY2(first.find("found 3 bytes") != std::string::npos, first.c_str());
        QCOMPARE(messageOf([&] { writer.post(LogEvent{.text = "later"}); }), first); // the sentence stays
        QCOMPARE(messageOf([&] { writer.flush(); }), first);
    }

    /// The process dies twenty times, unprepared. What it called flushed is there, the steps are those from 1 without a gap, and what
    /// was posted more than a second before its death is there too (which only the long lives can break).
    void survivesBeingKilledTwentyTimes()
    {
        const auto project = file("killed.concord");
        std::mt19937 random(20);
        std::int64_t mostLost = 0;
        for (int life = 1; life <= 20; ++life) {
            int number = 0;
            {
                RunStore store(project, RunStore::Mode::create);
                number = store.createRun({.name = "killed"});
                QCOMPARE(number, life);
            }                                  // no connection of ours is open while we fork
            const bool isLong = life % 5 == 0; // long enough to tell late from never, and nobody flushes
            const int lifetime = isLong ? 1600 : std::uniform_int_distribution(50, 400)(random);
            const Forked child([&](int out) {
                try {
                    train(project, number, out, !isLong);
                } catch (const std::exception &error) {
                    fprintf(stderr, "child: %s\n", error.what());
                }
            });
            std::vector<Report> reports;
            std::int64_t end = 0; // counted from the first step, so that a slow start does not shorten the life
            for (bool isAlive = true;;) {
                pollfd wait{.fd = child.output, .events = POLLIN, .revents = 0};
                poll(&wait, 1, 20);
                Report report;
                if ((wait.revents & (POLLIN | POLLHUP)) && read(child.output, &report, sizeof(report)) == sizeof(report)) {
                    reports.push_back(report);
                    end = end == 0 ? report.when + lifetime * 1'000'000LL : end;
                } else if (wait.revents & POLLHUP) {
                    break;
                }
                if (isAlive && end != 0 && monotonicNow() >= end) {
                    kill(child.pid, SIGKILL);
                    isAlive = false;
                }
            }
            const int status = child.wait();
            QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
            QVERIFY(!reports.empty());

            RunStore store(project, RunStore::Mode::write);
            const Series a = store.series(number, "loss/a");
            const Series b = store.series(number, "loss/b");
            const auto found = std::int64_t(a.steps.size());
            for (std::int64_t i = 0; i < found; ++i) {
                QCOMPARE(a.steps[std::size_t(i)], i + 1);
                QCOMPARE(a.values[std::size_t(i)], double(i + 1));
            }
            QVERIFY(found - std::int64_t(b.steps.size()) <= 1 && found >= std::int64_t(b.steps.size())); // b is posted just after a
            const auto gramians = store.gramians(number, "");
            QVERIFY(std::int64_t(gramians.size()) == found / 10 || std::int64_t(gramians.size()) == (found - 1) / 10);
            QVERIFY2(found >= reports.back().flushed, qPrintable(QString("life %1: %2 found, %3 flushed").arg(life).arg(found).arg(reports.back().flushed)));
            QVERIFY(found <= reports.back().step + 1);
            std::int64_t old = 0;
            for (const Report &report : reports) {
                if (report.when < end - 1'000'000'000LL)
                    old = report.step;
            }
            QVERIFY2(found >= old, qPrintable(QString("life %1: %2 found, %3 posted more than a second before the end").arg(life).arg(found).arg(old)));
            mostLost = std::max(mostLost, reports.back().step - found);

            if (found > 0)
                QCOMPARE(store.run(number).state, RunState::running);
            store.recoverInterrupted();
            if (found > 0) {
                QCOMPARE(store.run(number).state, RunState::interrupted);
                QVERIFY(store.run(number).message.find("resumed") != std::string::npos);
            }
            for (int before = 1; before < number; ++before)
                QVERIFY(store.run(before).state != RunState::running);
        }
        SQLite::Database database(project.string());
        QCOMPARE(database.execAndGet("PRAGMA integrity_check").getString(), std::string("ok"));
        QVERIFY(!SQLite::Statement(database, "PRAGMA foreign_key_check").executeStep());
        qInfo("at most %lld posted steps were missing after a kill", (long long)mostLost);
    }
};

CONCORD_TEST(RunWriterTest)
#include "run_writer_test.moc"
