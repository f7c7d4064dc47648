#include "app/cli/bench_nets.h"
#include "app/cli/command.h"

#include "core/balance/method.h"
#include "core/base/text.h"
#include "core/train/trainer.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace concord {

/// Median time of one training step of a reference net, and where it goes.
class BenchCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("--net", net_, "reference net: " + join(benchNets(), ", "))->capture_default_str();
        app.add_option("--balance", balance_, "id of a balance method, or all")->capture_default_str();
        app.add_option("--precision", precision_, "float32 or bfloat16")->capture_default_str();
        app.add_option("--threads", threads_, "0: all cores")->capture_default_str();
        app.add_option("--steps", steps_, "steps to measure after two warm-up steps")->capture_default_str()->check(CLI::PositiveNumber);
        app.add_option("--device", device_, "cpu, cuda or cuda:N")->capture_default_str();
        app.add_option("--set", assignments_, "path=value, as for train");
        app.add_flag("--print-experiment", print_, "print the experiment instead of running it");
    }

    int run(bool asJson) override
    {
        if (balance_ == "all")
            return runAll(asJson);
        Experiment experiment = benchExperiment(net_);
        for (const std::string &assignment : {"balance.method=" + balance_, "plan.precision=" + precision_, fmt::format("plan.threads={}", threads_), "plan.device=" + device_})
            setPath(experiment, assignment);
        for (const std::string &assignment : assignments_)
            setPath(experiment, assignment);
        if (print_) {
            fmt::print("{}", toJson(experiment));
            return 0;
        }
        const BenchResult result = bench(experiment, steps_);
        const nlohmann::json json{{"net", net_},
                                  {"balance", balance_},
                                  {"ms_per_step", result.msPerStep},
                                  {"steps", result.steps},
                                  {"threads", result.threads},
                                  {"precision", result.precision},
                                  {"plan", result.enginePlan},
                                  {"ms", {{"forward", result.forward}, {"backward", result.backward}, {"gramian", result.gramian}, {"solver", result.solver}, {"optimiser", result.optimiser}}},
                                  {"peak_mb", result.peakMegabytes}};
        fmt::print("{}\n", json.dump());
        return 0;
    }

private:
    /// Each method in a process of its own, so that memory and caches of one do not count for the next.
    nlohmann::json measure(const std::string &method) const
    {
        std::string command = fmt::format("'{}' bench --net {} --balance {} --precision {} --threads {} --steps {} --device {}",
                                          std::filesystem::read_symlink("/proc/self/exe").string(), net_, method, precision_, threads_, steps_, device_);
        for (const std::string &assignment : assignments_)
            if (assignment.find('\'') == std::string::npos)
                command += " --set '" + assignment + "'";
        const std::unique_ptr<FILE, int (*)(FILE *)> pipe(popen((command + " 2>&1").c_str(), "r"), pclose);
        if (!pipe)
            throw Error("bench: expected to start a process, could not");
        std::string text;
        for (char buffer[4096]; std::fgets(buffer, sizeof buffer, pipe.get());)
            text += buffer;
        nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
        return json.is_object() ? json : nlohmann::json{{"balance", method}, {"refused", trim(text)}};
    }

    int runAll(bool asJson) const
    {
        nlohmann::json rows = nlohmann::json::array();
        const nlohmann::json equal = measure("equal");
        if (!equal.contains("ms_per_step"))
            throw Error("bench: expected a time for equal weights, found: {}", equal.value("refused", ""));
        if (!asJson)
            fmt::print("{:<22} {:>9} {:>8} {:>9} {:>8}   {:>7} {:>8} {:>7} {:>6} {:>9}\n", "method", "ms/step", "x equal", "peak MB", "x equal", "forward", "backward",
                       "gramian", "solver", "optimiser");
        for (const std::string &id : BalanceRegistry::instance().ids()) {
            nlohmann::json row = id == "equal" ? equal : measure(id);
            if (row.contains("ms_per_step")) {
                row["times_equal"] = row["ms_per_step"].get<double>() / equal["ms_per_step"].get<double>();
                row["memory_times_equal"] = row["peak_mb"].get<double>() / std::max(1.0, equal["peak_mb"].get<double>());
            }
            if (!asJson)
                print(row);
            rows.push_back(std::move(row));
        }
        if (asJson)
            fmt::print("{}\n", rows.dump());
        return 0;
    }

    static void print(const nlohmann::json &row)
    {
        if (row.contains("refused")) {
            fmt::print("{:<22} {}\n", row["balance"].get<std::string>(), row["refused"].get<std::string>());
            return;
        }
        const double total = row["ms_per_step"];
        const auto share = [&](const char *phase) { return fmt::format("{:.0f} %", 100 * row["ms"][phase].get<double>() / total); };
        fmt::print("{:<22} {:>9.2f} {:>8.2f} {:>9.0f} {:>8.2f}   {:>7} {:>8} {:>7} {:>6} {:>9}\n", row["balance"].get<std::string>(), total,
                   row["times_equal"].get<double>(), row["peak_mb"].get<double>(), row["memory_times_equal"].get<double>(), share("forward"), share("backward"),
                   share("gramian"), share("solver"), share("optimiser"));
        std::fflush(stdout);
    }

    std::string net_ = "dense3", balance_ = "equal", precision_ = "float32", device_ = "cpu";
    int threads_ = 0;
    std::int64_t steps_ = 8;
    std::vector<std::string> assignments_;
    bool print_ = false;
};

static const Register<Command, BenchCommand> registeredBench{{.id = "bench", .summary = "time a training step of a reference net"}};

} // namespace concord
