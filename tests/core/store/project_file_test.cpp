#include "core/store/migration.h"
#include "core/store/run_store.h"

#include "tests/core/store/forked.h"
#include "tests/core/store/sample_project.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <SQLiteCpp/SQLiteCpp.h>

#include <sys/stat.h>

using namespace concord;
using namespace concord::test;

class ProjectFileTest : public QObject
{
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path at(const std::string &name) const { return fs::path(folder_.path().toStdString()) / name; }

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
            QCOMPARE(namesIn(folder), (std::vector<std::string>{"bad.concord"}));
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
        const auto before = namesIn(at("."));
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
        auto after = namesIn(at("."));
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
        QCOMPARE(namesIn(folder).size(), std::size_t(1));
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
        QCOMPARE(namesIn(folder).size(), std::size_t(1));

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
};

CONCORD_TEST(ProjectFileTest)
#include "project_file_test.moc"
