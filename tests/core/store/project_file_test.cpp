#include "core/base/error.h"
#include "core/store/migration.h"
#include "core/store/run_store.h"
#include "core/store/run_writer.h"

#include "tests/core/store/forked.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <SQLiteCpp/SQLiteCpp.h>

#include <csignal>
#include <fstream>
#include <random>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace concord;
using concord::test::inChild;
using concord::test::messageOf;

namespace fs = std::filesystem;

class ProjectFileTest : public QObject
{
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path at(const std::string &name) const { return fs::path(folder_.path().toStdString()) / name; }

    static std::string bytesOf(const fs::path &file)
    {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    static void put(const fs::path &file, const std::string &bytes) { std::ofstream(file, std::ios::binary) << bytes; }

    /// A project with something of everything, closed, so that the file alone is all of it.
    static void makeSample(const fs::path &file)
    {
        RunStore store(file, RunStore::Mode::create);
        store.saveDraft(std::string(3000, 'd'));
        const int number = store.createRun({.name = "sample", .experiment = "{}", .contentId = "c", .tasks = "[]", .environment = "{}"});
        std::vector<RunEvent> events;
        for (int step = 1; step <= 400; ++step) {
            events.push_back(ScalarEvent{"loss/a", step, 0.1 * step, 1.0 / step});
            events.push_back(ScalarEvent{"loss/b", step, 0.1 * step, 2.0 / step});
            events.push_back(GramianEvent{step, step % 2 ? "" : "enc", {1, 2, 2, float(step)}});
        }
        events.push_back(PredictionEvent{.step = 400, .task = "a", .kind = "truth", .width = 50, .height = 40, .data = std::vector<std::uint8_t>(2000, 9)});
        events.push_back(LogEvent{.text = "hello"});
        events.push_back(CheckpointEvent{.step = 400, .kind = "last", .file = "f", .sha256 = "0"});
        events.push_back(StateEvent{.state = RunState::finished, .step = 400});
        store.append(number, events);
    }

    static std::size_t readEverything(const RunStore &store)
    {
        std::size_t read = store.draft().size();
        for (const RunSummary &run : store.runs(true)) {
            for (const std::string &name : store.seriesNames(run.number))
                read += store.series(run.number, name).steps.size() + store.summary(run.number, name, 10, INT64_MIN).steps.size();
            for (const std::string &block : store.gramianBlocks(run.number)) {
                for (const GramianEvent &gramian : store.gramians(run.number, block))
                    read += gramian.values.size();
            }
            for (const std::int64_t step : store.predictionSteps(run.number)) {
                for (const PredictionEvent &plane : store.predictions(run.number, step))
                    read += plane.data.size();
            }
            read += store.log(run.number).size() + store.checkpoints(run.number).size();
        }
        return read;
    }

    static std::vector<std::string> names(const fs::path &folder)
    {
        std::vector<std::string> result;
        for (const auto &entry : fs::directory_iterator(folder))
            result.push_back(entry.path().filename().string());
        std::ranges::sort(result);
        return result;
    }

  private Q_SLOTS:
    void refusesWhatIsNotAProject_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("sentence");
        makeSample(at("sample.concord"));
        const std::string sample = bytesOf(at("sample.concord"));
        const auto patched = [&](std::size_t offset, std::initializer_list<int> bytes) {
            std::string copy = sample;
            for (const int byte : bytes)
                copy[offset++] = char(byte);
            return QByteArray::fromStdString(copy);
        };
        {
            SQLite::Database database(at("other.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            database.exec("CREATE TABLE t (a)");
        }
        {
            SQLite::Database database(at("triggers.concord").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            migrate(database, projectMigrations());
            database.exec("CREATE TRIGGER x AFTER INSERT ON log BEGIN DELETE FROM scalar; END");
        }
        QTest::newRow("text") << QByteArray("dear diary, this is no database at all") << "found a file that is not a database";
        QTest::newRow("zip") << QByteArray("PK\3\4", 4) << "found a file that is not a database";
        QTest::newRow("empty") << QByteArray() << "found an empty file";
        QTest::newRow("other") << QByteArray::fromStdString(bytesOf(at("other.db"))) << "found a database of another program";
        QTest::newRow("application") << patched(68, {1, 2, 3, 4}) << "found a database of another program";
        QTest::newRow("newer") << patched(60, {0, 0, 0, 99})
                               << QString("written by a newer Concord: expected format %1 at most, found 99").arg(projectMigrations().size());
        QTest::newRow("page size") << patched(16, {0x11, 0x11}) << "expected a page size from 512 to 65536, found 4369";
        QTest::newRow("header cut") << QByteArray::fromStdString(sample.substr(0, 60)) << "truncated: expected at least 100 bytes, found 60";
        QTest::newRow("magic cut") << QByteArray::fromStdString(sample.substr(0, 7)) << "truncated: expected at least 100 bytes, found 7";
        QTest::newRow("cut") << QByteArray::fromStdString(sample.substr(0, sample.size() - 1))
                             << QString("truncated: expected %1 bytes, found %2").arg(sample.size()).arg(sample.size() - 1);
        QTest::newRow("half") << QByteArray::fromStdString(sample.substr(0, sample.size() / 2)) << "the file is truncated";
        QTest::newRow("triggers") << QByteArray::fromStdString(bytesOf(at("triggers.concord"))) << "found triggers or views";
    }

    void refusesWhatIsNotAProject()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, sentence);
        for (const RunStore::Mode mode : {RunStore::Mode::read, RunStore::Mode::write, RunStore::Mode::create}) {
            const fs::path folder = at("refused");
            fs::remove_all(folder);
            fs::create_directory(folder);
            const fs::path file = folder / "bad.concord";
            put(file, bytes.toStdString());
            const std::string message = messageOf([&] { RunStore(file, mode); });
            QVERIFY2(message.find(sentence.toStdString()) != std::string::npos, message.c_str());
            QVERIFY2(message.starts_with(file.string() + ": "), message.c_str());
            QCOMPARE(bytesOf(file), bytes.toStdString());
            QCOMPARE(names(folder), (std::vector<std::string>{"bad.concord"}));
        }
    }

    /// Another program's database whose last changes wait in its log: they stay there.
    void leavesTheLogOfOthersAlone()
    {
        const fs::path file = at("live.db");
        const std::string text = inChild([&] {
            SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            database.execAndGet("PRAGMA journal_mode = WAL");
            database.exec("CREATE TABLE t (a)");
            _exit(0); // without closing
            return std::string();
        });
        QCOMPARE(text, std::string());
        const std::string bytes = bytesOf(file);
        const std::string log = bytesOf(at("live.db-wal"));
        QVERIFY(!log.empty());
        for (const RunStore::Mode mode : {RunStore::Mode::read, RunStore::Mode::write, RunStore::Mode::create}) {
            const std::string message = messageOf([&] { RunStore(file, mode); });
            QVERIFY2(message.ends_with("found a database of another program"), message.c_str());
            QCOMPARE(bytesOf(file), bytes);
            QCOMPARE(bytesOf(at("live.db-wal")), log);
        }
    }

    void saysWhatIsMissing()
    {
        const auto before = names(at("."));
        QVERIFY(messageOf([&] { RunStore(at("none.concord"), RunStore::Mode::read); }).ends_with("expected a Concord project, found no such file"));
        QVERIFY(messageOf([&] { RunStore(at("none.concord"), RunStore::Mode::write); }).ends_with("expected a Concord project, found no such file"));
        for (const RunStore::Mode mode : {RunStore::Mode::read, RunStore::Mode::create}) {
            QVERIFY(messageOf([&] { RunStore(at("no/such/p.concord"), mode); }).find("expected a folder") != std::string::npos);
            QVERIFY(messageOf([&] { RunStore(at("."), mode); }).ends_with("found a folder"));
            QVERIFY(messageOf([&] { RunStore("/dev/null", mode); }).ends_with("found something that is not a file"));
        }
        put(at("plain"), "x");
        QVERIFY(messageOf([&] { RunStore(at("plain/p.concord"), RunStore::Mode::create); }).find("expected a folder") != std::string::npos);
        QVERIFY(!messageOf([&] { RunStore("/proc/p.concord", RunStore::Mode::create); }).empty());
        auto after = names(at("."));
        std::erase(after, "plain");
        QCOMPARE(after, before);
    }

    /// Root may write anywhere, so the child gives up its rights first.
    void readsWhereItMayNotWrite()
    {
        const fs::path folder = at("locked");
        fs::create_directory(folder);
        const fs::path file = folder / "odd %3f#name?.concord"; // letters with a meaning in SQLite's URIs
        makeSample(file);
        const std::size_t expected = readEverything(RunStore(file, RunStore::Mode::read));
        for (const char *ending : {"-wal", "-shm"})
            fs::remove(file.string() + ending);
        QCOMPARE(names(folder).size(), std::size_t(1));
        const auto asNobody = [&](const std::function<std::string()> &work) {
            return inChild([&] {
                if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
                    return std::string("cannot give up the rights");
                return work();
            });
        };
        chmod(folder_.path().toStdString().c_str(), 0755);
        chmod(folder.c_str(), 0555);
        chmod(file.c_str(), 0444);
        QCOMPARE(asNobody([&] { return std::to_string(readEverything(RunStore(file, RunStore::Mode::read))); }), std::to_string(expected));
        QCOMPARE(asNobody([&] { return RunStore(file, RunStore::Mode::write), std::string(); }),
                 file.string() + ": cannot be written: the file is read-only (Permission denied)");
        QCOMPARE(asNobody([&] { return RunStore(folder / "new.concord", RunStore::Mode::create), std::string(); }),
                 (folder / "new.concord").string() + ": cannot be written: the folder is read-only (Permission denied)");
        chmod(file.c_str(), 0666);
        QCOMPARE(asNobody([&] { return RunStore(file, RunStore::Mode::create), std::string(); }),
                 file.string() + ": cannot be written: the folder is read-only (Permission denied)");
        chmod(file.c_str(), 0600);
        if (geteuid() == 0)
            QCOMPARE(asNobody([&] { return RunStore(file, RunStore::Mode::read), std::string(); }), file.string() + ": cannot be read: Permission denied");
        QCOMPARE(names(folder).size(), std::size_t(1));

        // Changes that wait in a log cannot be read there, and are not left out silently.
        chmod(folder.c_str(), 0755);
        chmod(file.c_str(), 0644);
        inChild([&] {
            RunStore store(file, RunStore::Mode::write);
            store.saveDraft("newer");
            _exit(0);
            return std::string();
        });
        fs::remove(file.string() + "-shm");
        chmod(folder.c_str(), 0555);
        chmod((file.string() + "-wal").c_str(), 0644);
        const std::string message = asNobody([&] { return RunStore(file, RunStore::Mode::read).draft(); });
        QVERIFY2(message.find("its last changes are in") != std::string::npos || message == "newer", message.c_str());
        chmod(folder.c_str(), 0755);
        QCOMPARE(RunStore(file, RunStore::Mode::write).draft(), std::string("newer"));
    }

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
            if (names(disk).size() > 3)
                message = "left something behind";
            for (const std::string &name : names(disk))
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

CONCORD_TEST(ProjectFileTest)
#include "project_file_test.moc"
