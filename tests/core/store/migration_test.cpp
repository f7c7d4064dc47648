#include "core/store/migration.h"

#include "core/store/run_store.h"
#include "tests/core/store/forked.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <stdexcept>

using namespace concord;
using concord::test::messageOf;

namespace {

void addNumbers(SQLite::Database &database)
{
    database.exec("CREATE TABLE number (value INTEGER)");
}

void addSquares(SQLite::Database &database)
{
    database.exec("ALTER TABLE number ADD COLUMN square INTEGER");
    database.exec("UPDATE number SET square = value * value");
}

void addAndFail(SQLite::Database &database)
{
    database.exec("CREATE TABLE half_done (value INTEGER)");
    throw std::runtime_error("failed half-way");
}

std::int64_t ask(SQLite::Database &database, const char *sql)
{
    return database.execAndGet(sql).getInt64();
}

} // namespace

class MigrationTest : public QObject
{
    Q_OBJECT

  private Q_SLOTS:
    void bringsOldTablesUpToDate()
    {
        SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
        const std::array<Migration, 1> old = {addNumbers};
        migrate(database, old);
        QCOMPARE(ask(database, "PRAGMA user_version"), std::int64_t(1));
        QCOMPARE(ask(database, "PRAGMA application_id"), std::int64_t(0x436E6364));
        database.exec("INSERT INTO number VALUES (7)");
        const std::array<Migration, 2> present = {addNumbers, addSquares};
        migrate(database, present);
        QCOMPARE(ask(database, "PRAGMA user_version"), std::int64_t(2));
        QCOMPARE(ask(database, "SELECT square FROM number"), std::int64_t(49));
        migrate(database, present); // nothing left to do
        QCOMPARE(ask(database, "SELECT count(*) FROM number"), std::int64_t(1));
    }

    void undoesAStepThatFails()
    {
        SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
        const std::array<Migration, 1> old = {addNumbers};
        migrate(database, old);
        const std::array<Migration, 3> broken = {addNumbers, addSquares, addAndFail};
        QCOMPARE(messageOf([&] { migrate(database, broken); }), std::string("failed half-way"));
        QCOMPARE(ask(database, "PRAGMA user_version"), std::int64_t(1));
        QCOMPARE(ask(database, "SELECT count(*) FROM sqlite_master"), std::int64_t(1));
    }

    /// A file of every version so far opens, for reading or writing, as the present one. (Version 1 is the first.)
    void opensProjectsOfEveryVersion()
    {
        const QTemporaryDir folder;
        for (std::size_t version = 1; version <= projectMigrations().size(); ++version) {
            for (const RunStore::Mode mode : {RunStore::Mode::read, RunStore::Mode::write}) {
                const std::string file = folder.path().toStdString() + "/v" + std::to_string(version) + (mode == RunStore::Mode::read ? "r" : "w");
                {
                    SQLite::Database database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
                    migrate(database, projectMigrations().first(version));
                }
                QVERIFY(RunStore(file, mode).runs().empty());
                SQLite::Database database(file);
                QCOMPARE(ask(database, "PRAGMA user_version"), std::int64_t(projectMigrations().size()));
            }
        }
    }
};

CONCORD_TEST(MigrationTest)
#include "migration_test.moc"
