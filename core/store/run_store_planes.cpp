#include "core/store/run_store_impl.h"

#include <optional>

namespace concord {

namespace {

/// Bytes that a plane of these measures holds; nothing when they are not those of a picture, so that views may trust them.
std::optional<std::uint64_t> planeBytes(std::int64_t width, std::int64_t height, std::int64_t channels, std::int64_t bytesPerValue)
{
    const auto fits = [](std::int64_t value, std::int64_t most) { return value >= 1 && value <= most; };
    if (!fits(width, 65536) || !fits(height, 65536) || !fits(channels, 4096) || !fits(bytesPerValue, 8))
        return std::nullopt;
    const std::uint64_t bytes = std::uint64_t(width) * std::uint64_t(height) * std::uint64_t(channels) * std::uint64_t(bytesPerValue);
    return bytes <= 512u << 20 ? std::optional(bytes) : std::nullopt;
}

} // namespace

void RunStore::Impl::put(int number, const GramianEvent &event)
{
    std::int64_t &id = blockIds_[number][event.block];
    if (id == 0) {
        query("INSERT INTO gramian_block (run, name) VALUES (?, ?) ON CONFLICT DO NOTHING", number, event.block).run();
        Query row = query("SELECT id FROM gramian_block WHERE run = ? AND name = ?", number, event.block);
        row.next();
        id = row.integer(0);
    }
    query("INSERT INTO gramian VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET data = excluded.data", id, event.step, event.values).run();
}

void RunStore::Impl::put(int number, const PredictionEvent &event)
{
    const auto expected = planeBytes(event.width, event.height, event.channels, event.bytesPerValue);
    if (expected != event.data.size())
        throw Error("{} '{}' of sample {} at step {}: expected {}×{} pixels of {}×{} bytes, found {} bytes", event.kind, event.task, event.sample, event.step,
                    event.width, event.height, event.channels, event.bytesPerValue, event.data.size());
    query(R"sql(
INSERT INTO prediction (run, step, task, kind, sample, width, height, channels, bytes_per_value, scale, data)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET width = excluded.width, height = excluded.height, channels = excluded.channels,
    bytes_per_value = excluded.bytes_per_value, scale = excluded.scale, data = excluded.data)sql",
          number, event.step, event.task, event.kind, event.sample, event.width, event.height, event.channels, event.bytesPerValue, event.scale, event.data)
        .run();
}

std::vector<std::string> RunStore::gramianBlocks(int number) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        std::vector<std::string> result;
        // Blocks in the order in which they came, which is that of the network.
        Query row = impl_->query(R"sql(
SELECT name FROM gramian_block WHERE run = ? AND EXISTS (SELECT 1 FROM gramian WHERE gramian.block = gramian_block.id)
ORDER BY name <> '', id)sql",
                                 number);
        while (row.next())
            result.push_back(row.text(0));
        return result;
    });
}

std::vector<GramianEvent> RunStore::gramians(int number, const std::string &block, std::int64_t afterStep) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        std::vector<GramianEvent> result;
        Query row = impl_->query(R"sql(
SELECT step, data FROM gramian WHERE block = (SELECT id FROM gramian_block WHERE run = ? AND name = ?) AND step > ? ORDER BY step)sql",
                                 number, block, afterStep);
        while (row.next())
            result.push_back({.step = row.integer(0), .block = block, .values = row.values<float>(1)});
        return result;
    });
}

std::vector<std::int64_t> RunStore::predictionSteps(int number) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        std::vector<std::int64_t> result;
        Query row = impl_->query("SELECT DISTINCT step FROM prediction WHERE run = ? ORDER BY step", number);
        while (row.next())
            result.push_back(row.integer(0));
        return result;
    });
}

std::vector<PredictionEvent> RunStore::predictions(int number, std::int64_t step) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        std::vector<PredictionEvent> result;
        Query row = impl_->query(R"sql(
SELECT sample, task, kind, width, height, channels, bytes_per_value, scale, data FROM prediction WHERE run = ? AND step = ?
ORDER BY sample, task, kind)sql",
                                 number, step);
        while (row.next()) {
            const auto expected = planeBytes(row.integer(3), row.integer(4), row.integer(5), row.integer(6));
            std::vector<std::uint8_t> data = row.values<std::uint8_t>(8);
            if (expected != data.size())
                throw Error("{}: the file is damaged: a prediction of run {} at step {} has {} bytes, which is not what its size says", impl_->file.string(),
                            number, step, data.size());
            result.push_back({.step = step,
                              .sample = int(row.integer(0)),
                              .task = row.text(1),
                              .kind = row.text(2),
                              .width = int(row.integer(3)),
                              .height = int(row.integer(4)),
                              .channels = int(row.integer(5)),
                              .bytesPerValue = int(row.integer(6)),
                              .scale = row.real(7),
                              .data = std::move(data)});
        }
        return result;
    });
}

} // namespace concord
