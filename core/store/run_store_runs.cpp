#include "core/store/process_mark.h"
#include "core/store/run_store_impl.h"

#include <algorithm>
#include <ctime>

namespace concord {

namespace {

constexpr std::int64_t silentSeconds = 60;

std::string utcNow()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts = {};
    gmtime_r(&now, &parts);
    char text[32] = {};
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

} // namespace

void RunStore::Impl::throwNoSuchRun(int number)
{
    Query row = query("SELECT coalesce(max(number), 0) FROM run");
    row.next();
    const std::int64_t last = row.integer(0);
    if (last == 0)
        throw Error("{}: run {}: the project has no runs yet", file.string(), number);
    throw Error("{}: run {}: expected a run {}, found none of that number", file.string(), number,
                last == 1 ? std::string("1") : fmt::format("from 1 to {}", last));
}

void RunStore::Impl::requireRun(int number)
{
    if (!query("SELECT 1 FROM run WHERE number = ?", number).next())
        throwNoSuchRun(number);
}

void RunStore::Impl::markProcess(int number)
{
    const ProcessMark mark = ProcessMark::ofThisProcess();
    query("UPDATE run SET pid = ?, process_start = ?, boot = ?, host = ?, heartbeat = ? WHERE number = ?", mark.pid, mark.start, mark.boot, mark.host,
          std::int64_t(std::time(nullptr)), number)
        .run();
}

/// Steps never go back but by truncateAfter; an event that knows no total keeps the one that is there.
void RunStore::Impl::put(int number, const StateEvent &event)
{
    query(R"sql(
UPDATE run SET state = ?2, message = ?3, step = max(step, ?4), total_steps = CASE WHEN ?5 > 0 THEN ?5 ELSE total_steps END
WHERE number = ?1)sql",
          number, std::string(name(event.state)), event.message, event.step, event.totalSteps)
        .run();
    if (event.state == RunState::running || event.state == RunState::paused)
        markProcess(number);
}

int RunStore::createRun(const RunSummary &run)
{
    return impl_->write([&] {
        Impl &store = *impl_;
        std::int64_t experiment = 0;
        {
            // Equal experiments are kept once. The content id leaves out what does not train (positions), so the text decides.
            Query found = store.query("SELECT id FROM experiment WHERE content_id = ? AND document = ?", run.contentId, run.experiment);
            if (found.next())
                experiment = found.integer(0);
        }
        if (experiment == 0) {
            store.query("INSERT INTO experiment (content_id, document) VALUES (?, ?)", run.contentId, run.experiment).run();
            experiment = store.database.getLastInsertRowid();
        }
        int number = 0;
        {
            Query next = store.query("SELECT coalesce(max(number), 0) + 1 FROM run");
            next.next();
            number = int(next.integer(0));
        }
        store
            .query(R"sql(
INSERT INTO run (number, name, state, message, step, total_steps, experiment, tasks, environment, created, seconds, deleted, tags)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql",
                   number, run.name.empty() ? fmt::format("Run {}", number) : run.name, std::string(concord::name(run.state)), run.message, run.step,
                   run.totalSteps, experiment, run.tasks, run.environment, run.created.empty() ? utcNow() : run.created, run.seconds, int(run.deleted),
                   run.tags)
            .run();
        if (run.state == RunState::running || run.state == RunState::paused)
            store.markProcess(number);
        return number;
    });
}

RunSummary RunStore::Impl::summaryOf(const Query &row)
{
    return {.number = int(row.integer(0)),
            .name = row.text(1),
            .state = runState(row.text(2)),
            .message = row.text(3),
            .step = row.integer(4),
            .totalSteps = row.integer(5),
            .experiment = row.text(6),
            .contentId = row.text(7),
            .tasks = row.text(8),
            .environment = row.text(9),
            .created = row.text(10),
            .seconds = row.real(11),
            .deleted = row.integer(12) != 0,
            .tags = row.text(13)};
}

// Both statements list the columns in the order of RunStore::Impl::summaryOf.
#define CONCORD_RUN_COLUMNS                                                                                                                                    \
    "SELECT number, name, state, message, step, total_steps, document, content_id, tasks, environment, created, seconds, deleted, tags "                       \
    "FROM run JOIN experiment ON experiment.id = run.experiment "

std::vector<RunSummary> RunStore::runs(bool withDeleted) const
{
    return impl_->read([&] {
        std::vector<RunSummary> result;
        Query row = impl_->query(CONCORD_RUN_COLUMNS "WHERE deleted = 0 OR ? ORDER BY number", int(withDeleted));
        while (row.next())
            result.push_back(impl_->summaryOf(row));
        return result;
    });
}

RunSummary RunStore::run(int number) const
{
    return impl_->read([&] {
        Query row = impl_->query(CONCORD_RUN_COLUMNS "WHERE number = ?", number);
        if (!row.next())
            impl_->throwNoSuchRun(number);
        return impl_->summaryOf(row);
    });
}

#undef CONCORD_RUN_COLUMNS

void RunStore::renameRun(int number, const std::string &name)
{
    impl_->write([&] {
        if (impl_->query("UPDATE run SET name = ? WHERE number = ?", name, number).run() == 0)
            impl_->throwNoSuchRun(number);
    });
}

void RunStore::setDeleted(int number, bool deleted)
{
    impl_->write([&] {
        if (impl_->query("UPDATE run SET deleted = ? WHERE number = ?", int(deleted), number).run() == 0)
            impl_->throwNoSuchRun(number);
    });
}

void RunStore::setEnvironment(int number, const std::string &json)
{
    impl_->write([&] {
        if (impl_->query("UPDATE run SET environment = ? WHERE number = ?", json, number).run() == 0)
            impl_->throwNoSuchRun(number);
    });
}

void RunStore::heartbeat(int number)
{
    impl_->write([&] {
        Query row = impl_->query("SELECT state IN ('running', 'paused') FROM run WHERE number = ?", number);
        if (!row.next())
            impl_->throwNoSuchRun(number);
        if (row.integer(0) != 0)
            impl_->markProcess(number);
    });
}

void RunStore::recoverInterrupted()
{
    struct Lost
    {
        int number;
        std::int64_t heartbeat;
        std::string message;
    };
    const std::vector<Lost> lost = impl_->read([&] {
        std::vector<Lost> result;
        Query row = impl_->query("SELECT number, step, pid, process_start, boot, host, heartbeat FROM run WHERE state IN ('running', 'paused')");
        while (row.next()) {
            const ProcessMark mark{.pid = row.integer(2), .start = row.integer(3), .boot = row.text(4), .host = row.text(5)};
            const std::int64_t heartbeat = row.integer(6);
            const std::int64_t silence = std::int64_t(std::time(nullptr)) - heartbeat;
            const Presence found = presence(mark);
            if (found == Presence::gone)
                result.push_back({int(row.integer(0)), heartbeat,
                                  fmt::format("The program that trained it (process {}) ended after step {} without finishing the run; it can be "
                                              "resumed from its last checkpoint.",
                                              mark.pid, row.integer(1))});
            else if (found == Presence::unknown && silence > silentSeconds)
                result.push_back({int(row.integer(0)), heartbeat,
                                  fmt::format("Nothing was heard of it after step {} for {} s from the computer '{}'; it can be resumed from its last "
                                              "checkpoint.",
                                              row.integer(1), silence, mark.host.substr(0, mark.host.find(' ')))});
        }
        return result;
    });
    if (lost.empty())
        return;
    impl_->write([&] {
        // A heartbeat that has changed since means that somebody resumed the run meanwhile.
        for (const Lost &run : lost)
            impl_
                ->query("UPDATE run SET state = 'interrupted', message = ? WHERE number = ? AND heartbeat = ? AND state IN ('running', 'paused')", run.message,
                        run.number, run.heartbeat)
                .run();
    });
}

} // namespace concord
