#include "app/cli/bench_nets.h"
#include "app/cli/command.h"

#include "core/train/trainer.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// Median time of one training step of a reference net.
class BenchCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("--net", net_, "dense3 or attr40")->capture_default_str();
        app.add_option("--balance", balance_, "id of a balance method")->capture_default_str();
        app.add_option("--precision", precision_, "float32 or bfloat16")->capture_default_str();
        app.add_option("--threads", threads_, "0: all cores")->capture_default_str();
        app.add_option("--steps", steps_, "steps to measure after two warm-up steps")->capture_default_str()->check(CLI::PositiveNumber);
        app.add_option("--device", device_, "cpu, cuda or cuda:N")->capture_default_str();
        app.add_option("--set", assignments_, "path=value, as for train");
        app.add_flag("--print-experiment", print_, "print the experiment instead of running it");
    }

    int run(bool) override
    {
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
        fmt::print("{}\n", nlohmann::json{{"net", net_}, {"balance", balance_}, {"ms_per_step", result.msPerStep}, {"steps", result.steps}, {"threads", result.threads}, {"precision", result.precision}, {"plan", result.enginePlan}}.dump());
        return 0;
    }

private:
    std::string net_ = "dense3", balance_ = "equal", precision_ = "float32", device_ = "cpu";
    int threads_ = 0;
    std::int64_t steps_ = 8;
    std::vector<std::string> assignments_;
    bool print_ = false;
};

static const Register<Command, BenchCommand> registeredBench{{.id = "bench", .summary = "time a training step of a reference net"}};

} // namespace concord
