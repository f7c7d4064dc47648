#include "app/cli/command.h"

#include "core/store/run_store.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace concord {

/// What gates and routers of a run decided: the last values of all, or one probe over its steps.
class ProbesCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("PROJECT", project_, "project file (.concord)")->required();
        app.add_option("RUN", run_, "number of the run")->required();
        app.add_option("PROBE", probe_, "node/name, e.g. gates/gate: step,row,column,value of all its steps; without it the last values of every probe");
    }

    int run(bool json) override
    {
        const RunStore store(project_, RunStore::Mode::read);
        std::vector<ProbeEvent> found = store.probes(run_);
        const auto title = [](const ProbeEvent &probe) { return probe.node + "/" + probe.name; };
        if (!probe_.empty()) {
            std::vector<std::string> titles;
            for (const ProbeEvent &probe : found)
                if (titles.empty() || titles.back() != title(probe))
                    titles.push_back(title(probe));
            if (std::ranges::find(titles, probe_) == titles.end())
                throw Error("run {}: no probe '{}'{}; {}", run_, probe_, didYouMean(probe_, titles),
                            titles.empty() ? "its graph has no block with gates or routes" : "expected one of: " + join(titles, ", "));
            std::erase_if(found, [&](const ProbeEvent &probe) { return title(probe) != probe_; });
        } else {
            std::vector<ProbeEvent> last;
            for (ProbeEvent &probe : found) {
                if (last.empty() || title(last.back()) != title(probe))
                    last.emplace_back();
                last.back() = std::move(probe);
            }
            found = std::move(last);
        }
        if (json) {
            nlohmann::json list = nlohmann::json::array();
            for (const ProbeEvent &probe : found)
                list.push_back({{"node", probe.node}, {"name", probe.name}, {"step", probe.step}, {"rows", probe.rows}, {"columns", probe.columns}, {"values", valuesOf(probe)}});
            fmt::print("{}\n", list.dump());
            return 0;
        }
        if (!probe_.empty()) {
            fmt::print("step,row,column,value\n");
            for (const ProbeEvent &probe : found)
                for (std::size_t i = 0; i < probe.values.size(); ++i)
                    fmt::print("{},{},{},{}\n", probe.step, quoted(probe.rows[i / probe.columns.size()]), quoted(probe.columns[i % probe.columns.size()]), probe.values[i]);
            return 0;
        }
        for (const ProbeEvent &probe : found)
            print(probe);
        if (found.empty())
            fmt::print("run {} has no probes: its graph has no block with gates or routes\n", run_);
        return 0;
    }

private:
    static std::vector<std::vector<float>> valuesOf(const ProbeEvent &probe)
    {
        std::vector<std::vector<float>> rows;
        for (std::size_t row = 0; row < probe.rows.size(); ++row)
            rows.emplace_back(probe.values.begin() + std::ptrdiff_t(row * probe.columns.size()), probe.values.begin() + std::ptrdiff_t((row + 1) * probe.columns.size()));
        return rows;
    }

    /// As RFC 4180 wants it where a name has a comma.
    static std::string quoted(const std::string &text)
    {
        if (text.find_first_of(",\"\n") == std::string::npos)
            return text;
        std::string result = "\"";
        for (const char letter : text)
            result += letter == '"' ? std::string("\"\"") : std::string(1, letter);
        return result + "\"";
    }

    static void print(const ProbeEvent &probe)
    {
        std::size_t widest = 0;
        for (const std::string &row : probe.rows)
            widest = std::max(widest, row.size());
        fmt::print("{}/{} at step {}\n  {:{}}", probe.node, probe.name, probe.step, "", widest);
        for (const std::string &column : probe.columns)
            fmt::print("  {:>6}", column);
        for (std::size_t row = 0; row < probe.rows.size(); ++row) {
            fmt::print("\n  {:{}}", probe.rows[row], widest);
            for (std::size_t column = 0; column < probe.columns.size(); ++column)
                fmt::print("  {:>{}.3f}", probe.values[row * probe.columns.size() + column], std::max<std::size_t>(probe.columns[column].size(), 6));
        }
        fmt::print("\n\n");
    }

    std::string project_, probe_;
    int run_ = 0;
};

static const Register<Command, ProbesCommand> registeredProbes{{.id = "probes", .summary = "what gates and routers of a run decided"}};

} // namespace concord
