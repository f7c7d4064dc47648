#include "core/base/error.h"
#include "core/store/migration.h"
#include "core/store/run_store.h"
#include "tests/core/store/forked.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <SQLiteCpp/SQLiteCpp.h>

using namespace concord;
using concord::test::messageOf;

class RunStoreProbesTest : public QObject
{
    Q_OBJECT

    static ProbeEvent probe(std::int64_t step, const std::string &name, std::vector<float> values)
    {
        return {.step = step, .node = "gates", .name = name, .rows = {"depth", "größe \"x\""}, .columns = {"expert 0", "expert 1", "expert 2"}, .values = std::move(values)};
    }

private Q_SLOTS:
    void comeBackAsTheyWere()
    {
        const QTemporaryDir folder;
        const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "p.concord";
        int run = 0;
        {
            RunStore store(file, RunStore::Mode::create);
            run = store.createRun({.name = "a", .experiment = "{}", .contentId = "c", .tasks = "[]", .environment = "{}"});
            const int other = store.createRun({.name = "b", .experiment = "{}", .contentId = "c", .tasks = "[]", .environment = "{}"});
            const std::vector<RunEvent> events = {probe(1, "gate", {0, 1, 2, 3, 4, 5}), probe(1, "use", {1, 1, 1, 0, 0, 0}), probe(3, "gate", {6, 7, 8, 9, 10, 11}),
                                                  probe(3, "gate", {5, 4, 3, 2, 1, 0})};   // a step that is made again
            store.append(run, events);
            store.append(other, std::vector<RunEvent>{probe(2, "gate", {9, 9, 9, 9, 9, 9})});
        }
        RunStore store(file, RunStore::Mode::write);
        const std::vector<ProbeEvent> found = store.probes(run);
        QCOMPARE(found.size(), std::size_t(3));
        QCOMPARE(found[1].step, 3);
        QCOMPARE(found[1].values, (std::vector<float>{5, 4, 3, 2, 1, 0}));
        QCOMPARE(found[1].rows[1], std::string("größe \"x\""));
        QCOMPARE(found[2].name, std::string("use"));
        QCOMPARE(found[2].columns.size(), std::size_t(3));
        QCOMPARE(store.probes(run, 1).size(), std::size_t(1));
        store.truncateAfter(run, 1);
        QCOMPARE(store.probes(run).size(), std::size_t(2));
        QCOMPARE(store.probes(run + 1).size(), std::size_t(1));
    }

    void otherNamesBeginAnew()
    {
        const QTemporaryDir folder;
        RunStore store(std::filesystem::path(folder.path().toStdString()) / "p.concord", RunStore::Mode::create);
        const int run = store.createRun({});
        store.append(run, std::vector<RunEvent>{probe(1, "gate", {0, 1, 2, 3, 4, 5}), probe(1, "use", {0, 1, 2, 3, 4, 5})});
        ProbeEvent wider{.step = 2, .node = "gates", .name = "gate", .rows = {"depth"}, .columns = {"expert 0", "expert 1"}, .values = {7, 8}};
        store.append(run, std::vector<RunEvent>{wider});
        const std::vector<ProbeEvent> found = store.probes(run);
        QCOMPARE(found.size(), std::size_t(2));
        QCOMPARE(found[0].columns.size(), std::size_t(2));
        QCOMPARE(found[0].values, (std::vector<float>{7, 8}));
        QCOMPARE(found[1].values.size(), std::size_t(6));
        store.append(run, std::vector<RunEvent>{probe(3, "gate", {5, 4, 3, 2, 1, 0})}); // and back again
        QCOMPARE(store.probes(run).front().values, (std::vector<float>{5, 4, 3, 2, 1, 0}));
    }

    /// A project of version 2, as the release before wrote it, keeps what it has and takes probes.
    void comeToOldProjects()
    {
        const QTemporaryDir folder;
        const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "old.concord";
        {
            SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            migrate(database, projectMigrations().first(2));
            QVERIFY(!database.tableExists("probe"));
            database.exec("INSERT INTO experiment VALUES (1, 'c', '{}')");
            database.exec("INSERT INTO run (number, name, state, experiment, tasks, environment, created) VALUES (1, 'old', 'finished', 1, '[]', '{}', '')");
            database.exec("INSERT INTO series VALUES (1, 1, 'lr')");
            database.exec("INSERT INTO scalar VALUES (1, 4, 0.5, 0.25)");
        }
        QVERIFY(RunStore(file, RunStore::Mode::read).probes(1).empty());
        RunStore store(file, RunStore::Mode::write);
        QCOMPARE(store.run(1).name, std::string("old"));
        QCOMPARE(store.series(1, "lr").values, std::vector<double>{0.25});
        store.append(1, std::vector<RunEvent>{probe(5, "gate", {0, 1, 2, 3, 4, 5})});
        QCOMPARE(store.probes(1).size(), std::size_t(1));
    }

    void mustFitTheirNames()
    {
        const QTemporaryDir folder;
        const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "p.concord";
        int run = 0;
        {
            RunStore store(file, RunStore::Mode::create);
            run = store.createRun({.name = "a", .experiment = "{}", .contentId = "c", .tasks = "[]", .environment = "{}"});
            QCOMPARE(messageOf([&] { store.append(run, std::vector<RunEvent>{probe(4, "gate", {1, 2})}); }),
                     std::string("probe 'gate' of 'gates' at step 4: expected 2 × 3 values, found 2"));
            store.append(run, std::vector<RunEvent>{probe(5, "gate", {0, 1, 2, 3, 4, 5})});
        }
        {
            // A file is data: what another program wrote into it must not lead a view astray.
            SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
            database.exec("UPDATE probe SET row_names = 'no JSON'");
        }
        QVERIFY(RunStore(file, RunStore::Mode::read).probes(run).empty());
    }
};

CONCORD_TEST(RunStoreProbesTest)

#include "run_store_probes_test.moc"
