#include "core/store/migration.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

namespace concord {

namespace {

/// Scalars are most of a project: names are kept once (`series`), and the rows lie in the order in which curves read them.
/// A NaN is NULL, as SQLite has none. Rows of `run`, `series` and `gramian_block` are never removed, so that other processes may
/// keep their numbers.
void createFirstTables(SQLite::Database &database)
{
    database.exec(R"sql(
CREATE TABLE project (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE experiment (id INTEGER PRIMARY KEY, content_id TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX experiment_content ON experiment (content_id);

CREATE TABLE run (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL DEFAULT '',
    step INTEGER NOT NULL DEFAULT 0, total_steps INTEGER NOT NULL DEFAULT 0,
    experiment INTEGER NOT NULL REFERENCES experiment (id), tasks TEXT NOT NULL, environment TEXT NOT NULL,
    created TEXT NOT NULL, seconds REAL NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0, tags TEXT NOT NULL DEFAULT '',
    pid INTEGER NOT NULL DEFAULT 0, process_start INTEGER NOT NULL DEFAULT 0, boot TEXT NOT NULL DEFAULT '',
    host TEXT NOT NULL DEFAULT '', heartbeat INTEGER NOT NULL DEFAULT 0);

CREATE TABLE series (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (number), name TEXT NOT NULL, UNIQUE (run, name));
CREATE TABLE scalar (
    series INTEGER NOT NULL REFERENCES series (id), step INTEGER NOT NULL, seconds REAL, value REAL,
    PRIMARY KEY (series, step)) WITHOUT ROWID;

CREATE TABLE gramian_block (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (number), name TEXT NOT NULL, UNIQUE (run, name));
CREATE TABLE gramian (
    block INTEGER NOT NULL REFERENCES gramian_block (id), step INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (block, step)) WITHOUT ROWID;

CREATE TABLE prediction (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (number), step INTEGER NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL,
    sample INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, channels INTEGER NOT NULL,
    bytes_per_value INTEGER NOT NULL, scale REAL, data BLOB NOT NULL, UNIQUE (run, step, task, kind, sample));

CREATE TABLE log (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (number), level INTEGER NOT NULL, step INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX log_run ON log (run);

CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (number), step INTEGER NOT NULL, kind TEXT NOT NULL, file TEXT NOT NULL,
    sha256 TEXT NOT NULL, UNIQUE (run, file));
)sql");
}

/// Fronts: points in the space of the tasks' losses, each with the run and step whose weights it is.
void addFronts(SQLite::Database &database)
{
    database.exec(R"sql(
CREATE TABLE front (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, procedure TEXT NOT NULL, settings TEXT NOT NULL, created TEXT NOT NULL,
    reference BLOB NOT NULL, hyper_volume REAL);
CREATE TABLE front_task (
    front INTEGER NOT NULL REFERENCES front (id), number INTEGER NOT NULL, name TEXT NOT NULL, metric TEXT NOT NULL, unit TEXT NOT NULL,
    higher_is_better INTEGER NOT NULL, PRIMARY KEY (front, number)) WITHOUT ROWID;
CREATE TABLE front_point (
    front INTEGER NOT NULL REFERENCES front (id), number INTEGER NOT NULL, run INTEGER REFERENCES run (number), step INTEGER NOT NULL,
    label TEXT NOT NULL, weights BLOB NOT NULL, file TEXT NOT NULL, losses BLOB NOT NULL, metrics BLOB NOT NULL, dominated INTEGER NOT NULL,
    PRIMARY KEY (front, number)) WITHOUT ROWID;
)sql");
}

/// What layers decided: a matrix per step under names that stay.
void addProbes(SQLite::Database &database)
{
    database.exec(R"sql(
CREATE TABLE probe (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (number), node TEXT NOT NULL, name TEXT NOT NULL, row_names TEXT NOT NULL,
    column_names TEXT NOT NULL, UNIQUE (run, node, name));
CREATE TABLE probe_value (
    probe INTEGER NOT NULL REFERENCES probe (id), step INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (probe, step)) WITHOUT ROWID;
)sql");
}

constexpr Migration allProjectMigrations[] = {createFirstTables, addFronts, addProbes};

} // namespace

std::span<const Migration> projectMigrations()
{
    return allProjectMigrations;
}

void migrate(SQLite::Database &database, std::span<const Migration> steps)
{
    database.exec("BEGIN IMMEDIATE"); // another process may be at the same; the second one finds nothing left to do
    try {
        const auto found = std::size_t(database.execAndGet("PRAGMA user_version").getInt64());
        for (std::size_t version = found; version < steps.size(); ++version)
            steps[version](database);
        if (found < steps.size()) {
            database.exec(fmt::format("PRAGMA application_id = {}", projectApplicationId));
            database.exec(fmt::format("PRAGMA user_version = {}", steps.size()));
        }
        database.exec("COMMIT");
    } catch (...) {
        database.tryExec("ROLLBACK");
        throw;
    }
}

} // namespace concord
