#include "core/store/run_store.h"

#include "core/store/run_store_impl.h"

#include <algorithm>

namespace concord {

RunStore::RunStore(std::filesystem::path file, Mode mode)
    : impl_(std::make_unique<Impl>(std::move(file), mode))
{
}

RunStore::~RunStore() = default;
RunStore::RunStore(RunStore &&) noexcept = default;

const std::filesystem::path &RunStore::file() const
{
    return impl_->file;
}

std::filesystem::path RunStore::folder() const
{
    std::filesystem::path result = impl_->file;
    return result.replace_extension(".files");
}

void RunStore::saveDraft(const std::string &json)
{
    impl_->write([&] { impl_->query("INSERT INTO project VALUES ('draft', ?) ON CONFLICT DO UPDATE SET value = excluded.value", json).run(); });
}

std::string RunStore::draft() const
{
    return impl_->read([&] {
        Query row = impl_->query("SELECT value FROM project WHERE key = 'draft'");
        return row.next() ? row.text(0) : std::string();
    });
}

void RunStore::append(int number, std::span<const RunEvent> events)
{
    impl_->write([&] {
        impl_->requireRun(number);
        std::int64_t step = 0;
        double seconds = 0;
        for (const RunEvent &event : events) {
            std::visit([&](const auto &known) { impl_->put(number, known); }, event);
            if (const auto *scalar = std::get_if<ScalarEvent>(&event)) {
                step = std::max(step, scalar->step);
                seconds = std::max(seconds, scalar->seconds);
            }
        }
        impl_->query("UPDATE run SET step = max(step, ?), seconds = max(seconds, ?) WHERE number = ?", step, seconds, number).run();
    });
}

void RunStore::truncateAfter(int number, std::int64_t step)
{
    impl_->write([&] {
        impl_->requireRun(number);
        impl_->query("DELETE FROM scalar WHERE series IN (SELECT id FROM series WHERE run = ?) AND step > ?", number, step).run();
        impl_->query("DELETE FROM gramian WHERE block IN (SELECT id FROM gramian_block WHERE run = ?) AND step > ?", number, step).run();
        impl_->query("DELETE FROM probe_value WHERE probe IN (SELECT id FROM probe WHERE run = ?) AND step > ?", number, step).run();
        impl_->query("DELETE FROM prediction WHERE run = ? AND step > ?", number, step).run();
        // The time of what is left: that of the last row of each series.
        impl_
            ->query(R"sql(
UPDATE run SET step = max(0, min(step, ?2)), seconds = coalesce(
    (SELECT max((SELECT seconds FROM scalar WHERE series = series.id ORDER BY step DESC LIMIT 1)) FROM series WHERE run = ?1), 0)
WHERE number = ?1)sql",
                    number, step)
            .run();
    });
}

void RunStore::Impl::put(int number, const LogEvent &event)
{
    query("INSERT INTO log (run, level, step, text) VALUES (?, ?, ?, ?)", number, int(event.level), event.step, event.text).run();
}

/// A file that is written again keeps one row, which becomes the newest.
void RunStore::Impl::put(int number, const CheckpointEvent &event)
{
    query("DELETE FROM checkpoint WHERE run = ? AND file = ?", number, event.file).run();
    query("INSERT INTO checkpoint (run, step, kind, file, sha256) VALUES (?, ?, ?, ?, ?)", number, event.step, event.kind, event.file, event.sha256).run();
}

std::vector<LogEvent> RunStore::log(int number) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        std::vector<LogEvent> result;
        Query row = impl_->query("SELECT level, step, text FROM log WHERE run = ? ORDER BY id", number);
        while (row.next()) {
            const std::int64_t level = std::clamp<std::int64_t>(row.integer(0), 0, std::int64_t(LogEvent::Level::error));
            result.push_back({.level = LogEvent::Level(level), .step = row.integer(1), .text = row.text(2)});
        }
        return result;
    });
}

std::vector<CheckpointEvent> RunStore::checkpoints(int number) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        std::vector<CheckpointEvent> result;
        Query row = impl_->query("SELECT step, kind, file, sha256 FROM checkpoint WHERE run = ? ORDER BY id", number);
        while (row.next())
            result.push_back({.step = row.integer(0), .kind = row.text(1), .file = row.text(2), .sha256 = row.text(3)});
        return result;
    });
}

std::optional<CheckpointEvent> RunStore::checkpoint(int number, const std::string &kind) const
{
    std::optional<CheckpointEvent> newest;
    for (CheckpointEvent &event : checkpoints(number)) {
        if (event.kind == kind)
            newest = std::move(event);
    }
    return newest;
}

} // namespace concord
