#include "core/base/error.h"
#include "core/store/run_store.h"
#include "core/store/run_writer.h"

#include "tests/core/store/forked.h"
#include "tests/core/store/sample_project.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <SQLiteCpp/SQLiteCpp.h>

#include <csignal>
#include <random>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

using namespace concord;
using namespace concord::test;

/// Full disks and damaged bytes.
class ProjectDamageTest : public QObject
{
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path at(const std::string &name) const { return fs::path(folder_.path().toStdString()) / name; }

  private Q_SLOTS:
    /// No file of the child may grow beyond 600 kB.
    void saysThatTheDiskIsFull()
    {
        const fs::path file = at("limited.concord");
        makeSample(file);
        const std::string text = inChild([&] {
            signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{.rlim_cur = 600'000, .rlim_max = 600'000};
            setrlimit(RLIMIT_FSIZE, &limit);
            return fillUp(file);
        });
        QVERIFY2(text.starts_with("the disk is full: " + file.string() + " cannot grow"), text.c_str());
        checkAfterFullDisk(file);
    }

    void saysThatARealDiskIsFull()
    {
        const fs::path disk = at("disk");
        fs::create_directory(disk);
        const fs::path keep = at("kept");
        fs::create_directory(keep);
        const fs::path file = disk / "p.concord";
        const std::string text = inChild([&] {
            if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0)
                return std::string("skip");
            makeSample(file);
            std::string message = fillUp(file);
            const std::string another = messageOf([&] { RunStore(disk / "another.concord", RunStore::Mode::create); });
            if (!another.starts_with("the disk is full: "))
                message = "another project: " + another;
            if (namesIn(disk).size() > 3)
                message = "left something behind";
            for (const std::string &name : namesIn(disk))
                fs::copy_file(disk / name, keep / name);
            return message;
        });
        if (text == "skip")
            QSKIP("this process may not mount a small disk");
        QVERIFY2(text.starts_with("the disk is full: " + file.string() + " cannot grow"), text.c_str());
        checkAfterFullDisk(keep / "p.concord");
    }

    /// 300 damaged copies: each opens and reads, or says why not.
    void survivesDamage()
    {
        makeSample(at("whole.concord"));
        const std::string whole = bytesOf(at("whole.concord"));
        std::mt19937 random(300);
        int refused = 0;
        for (int round = 0; round < 300; ++round) {
            std::string bytes = whole;
            const int changes = 1 << (round % 7);
            // Every third damages the first page, where the schema is; every fifth writes over a stretch.
            const std::size_t range = round % 3 == 0 ? 4096 : bytes.size();
            for (int change = 0; change < changes; ++change)
                bytes[random() % range] = char(random());
            if (round % 5 == 0) {
                const std::size_t start = random() % (bytes.size() - 600);
                std::ranges::fill(bytes.begin() + std::ptrdiff_t(start), bytes.begin() + std::ptrdiff_t(start + random() % 600), char(random()));
            }
            const fs::path file = at("damaged.concord");
            for (const char *ending : {"-wal", "-shm", "-journal"})
                fs::remove(file.string() + ending);
            put(file, bytes);
            try {
                readEverything(RunStore(file, RunStore::Mode::read));
                RunStore store(file, RunStore::Mode::write);
                store.recoverInterrupted();
                store.append(1, std::vector<RunEvent>{ScalarEvent{"loss/a", 401, 0, 1}, ScalarEvent{"loss/c", 5, 0, 1}, GramianEvent{401, "", {1}}});
                store.truncateAfter(1, 100);
                readEverything(store);
            } catch (const Error &error) {
                ++refused;
                QVERIFY(std::string(error.what()).size() > 20);
            }
        }
        qInfo("%d of 300 damaged files were refused", refused);
        QVERIFY(refused > 50);
    }

  private:
    /// Posts until writing fails; the sentence.
    static std::string fillUp(const fs::path &file)
    {
        RunWriter writer(file, 1);
        const std::string first = messageOf([&] {
            for (int step = 401; step < 4000; ++step) {
                writer.post(ScalarEvent{"loss/a", step, 0, 1});
                writer.post(PredictionEvent{.step = step, .task = "a", .kind = "truth", .width = 50, .height = 40, .data = std::vector<std::uint8_t>(2000, 1)});
                if (step % 10 == 0)
                    writer.flush();
            }
        });
        const std::string second = messageOf([&] { writer.flush(); });
        return first == second ? first : "two sentences: " + first + " / " + second;
    }

    static void checkAfterFullDisk(const fs::path &file)
    {
        {
            RunStore store(file, RunStore::Mode::write);
            const Series series = store.series(1, "loss/a");
            QVERIFY(series.steps.size() >= 410);
            QCOMPARE(series.steps.size() % 10, std::size_t(0)); // whole transactions
            QCOMPARE(series.steps.back(), std::int64_t(series.steps.size()));
            store.append(1, std::vector<RunEvent>{StateEvent{.state = RunState::failed, .step = 410, .message = "the disk is full"}});
        }
        SQLite::Database database(file.string());
        QCOMPARE(database.execAndGet("PRAGMA integrity_check").getString(), std::string("ok"));
    }
};

CONCORD_TEST(ProjectDamageTest)
#include "project_damage_test.moc"
