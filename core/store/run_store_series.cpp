#include "core/store/run_store_impl.h"

#include <cmath>

namespace concord {

void RunStore::Impl::put(int number, const ScalarEvent &event)
{
    std::int64_t &id = seriesIds_[number][event.series];
    if (id == 0) {
        query("INSERT INTO series (run, name) VALUES (?, ?) ON CONFLICT DO NOTHING", number, event.series).run();
        Query row = query("SELECT id FROM series WHERE run = ? AND name = ?", number, event.series);
        row.next();
        id = row.integer(0);
    }
    query("INSERT INTO scalar VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seconds = excluded.seconds, value = excluded.value", id, event.step, event.seconds,
          event.value)
        .run();
}

std::vector<std::string> RunStore::seriesNames(int number) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        std::vector<std::string> result;
        Query row =
            impl_->query("SELECT name FROM series WHERE run = ? AND EXISTS (SELECT 1 FROM scalar WHERE scalar.series = series.id) ORDER BY name", number);
        while (row.next())
            result.push_back(row.text(0));
        return result;
    });
}

Series RunStore::series(int number, const std::string &name, std::int64_t afterStep) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        Series result;
        Query row = impl_->query(R"sql(
SELECT step, seconds, value FROM scalar WHERE series = (SELECT id FROM series WHERE run = ? AND name = ?) AND step > ? ORDER BY step)sql",
                                 number, name, afterStep);
        while (row.next()) {
            result.steps.push_back(row.integer(0));
            result.seconds.push_back(row.real(1));
            result.values.push_back(row.real(2));
        }
        return result;
    });
}

/// Buckets of equal width between the first and last step that there are; buckets without a value are left out. NaN counts only
/// where a bucket holds nothing else.
SeriesSummary RunStore::summary(int number, const std::string &name, int buckets, std::int64_t from, std::int64_t to) const
{
    if (buckets < 1)
        throw Error("buckets of a summary: expected at least 1, found {}", buckets);
    return impl_->read([&] {
        impl_->requireRun(number);
        SeriesSummary result;
        Query series = impl_->query("SELECT id FROM series WHERE run = ? AND name = ?", number, name);
        if (!series.next())
            return result;
        const std::int64_t id = series.integer(0);
        Query ends = impl_->query(R"sql(
SELECT (SELECT min(step) FROM scalar WHERE series = ?1 AND step BETWEEN ?2 AND ?3),
       (SELECT max(step) FROM scalar WHERE series = ?1 AND step BETWEEN ?2 AND ?3))sql",
                                  id, from, to);
        if (!ends.next() || ends.isNull(0))
            return result;
        const std::int64_t first = ends.integer(0);
        const std::int64_t last = ends.integer(1);
        // Unsigned, since steps of a damaged file may lie anywhere.
        const std::uint64_t width = (std::uint64_t(last) - std::uint64_t(first)) / std::uint64_t(buckets) + 1;
        std::uint64_t current = UINT64_MAX;
        Query row = impl_->query("SELECT step, value FROM scalar WHERE series = ? AND step BETWEEN ? AND ? ORDER BY step", id, first, last);
        while (row.next()) {
            const std::int64_t step = row.integer(0);
            const double value = row.real(1);
            const std::uint64_t bucket = (std::uint64_t(step) - std::uint64_t(first)) / width;
            if (bucket != current) {
                current = bucket;
                result.steps.push_back(step);
                result.low.push_back(value);
                result.high.push_back(value);
                continue;
            }
            result.low.back() = std::fmin(result.low.back(), value);
            result.high.back() = std::fmax(result.high.back(), value);
        }
        return result;
    });
}

} // namespace concord
