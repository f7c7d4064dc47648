#include "core/store/run_store_impl.h"

#include <nlohmann/json.hpp>

namespace concord {

namespace {

std::string namesToJson(const std::vector<std::string> &names)
{
    return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// A text that is no list of names, in a damaged file, is a list of none: then no values fit it.
std::vector<std::string> namesFromJson(const std::string &text)
{
    std::vector<std::string> names;
    const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
    if (list.is_array())
        for (const nlohmann::json &name : list)
            names.push_back(name.is_string() ? name.get<std::string>() : std::string());
    return names;
}

} // namespace

/// The names are kept once. Those of a probe change only where a run goes on in another version of the program: then the values from
/// before are no longer what the names say, and are forgotten.
void RunStore::Impl::put(int number, const ProbeEvent &event)
{
    if (event.values.size() != event.rows.size() * event.columns.size())
        throw Error("probe '{}' of '{}' at step {}: expected {} × {} values, found {}", event.name, event.node, event.step, event.rows.size(),
                    event.columns.size(), event.values.size());
    const std::string rows = namesToJson(event.rows);
    const std::string columns = namesToJson(event.columns);
    Ids &ids = probeIds_[number];
    std::int64_t &id = ids[nlohmann::json{event.node, event.name, rows, columns}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)];
    if (id == 0) {
        query("INSERT INTO probe (run, node, name, row_names, column_names) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", number, event.node, event.name,
              rows, columns)
            .run();
        Query row = query("SELECT id, row_names, column_names FROM probe WHERE run = ? AND node = ? AND name = ?", number, event.node, event.name);
        row.next();
        const std::int64_t found = row.integer(0);
        if (row.text(1) != rows || row.text(2) != columns) {
            query("DELETE FROM probe_value WHERE probe = ?", found).run();
            query("UPDATE probe SET row_names = ?, column_names = ? WHERE id = ?", rows, columns, found).run();
            std::erase_if(ids, [&](const auto &known) { return known.second == found; });
        }
        id = found;
    }
    query("INSERT INTO probe_value VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET data = excluded.data", id, event.step, event.values).run();
}

std::vector<ProbeEvent> RunStore::probes(int number, std::int64_t afterStep) const
{
    return impl_->read([&] {
        impl_->requireRun(number);
        std::vector<ProbeEvent> result;
        std::int64_t current = 0;
        ProbeEvent named;
        // Probes in the order in which they came, which is that of the network.
        Query row = impl_->query(R"sql(
SELECT id, node, name, row_names, column_names, step, data FROM probe JOIN probe_value ON probe = id WHERE run = ? AND step > ? ORDER BY id, step)sql",
                                 number, afterStep);
        while (row.next()) {
            if (row.integer(0) != current) {
                current = row.integer(0);
                named = {.node = row.text(1), .name = row.text(2), .rows = namesFromJson(row.text(3)), .columns = namesFromJson(row.text(4))};
            }
            std::vector<float> values = row.values<float>(6);
            if (values.empty() || values.size() != named.rows.size() * named.columns.size())
                continue; // of a damaged file: views may trust that values fit their names
            named.step = row.integer(5);
            result.push_back(named);
            result.back().values = std::move(values);
        }
        return result;
    });
}

} // namespace concord
