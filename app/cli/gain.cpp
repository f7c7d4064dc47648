#include "app/cli/command.h"

#include "core/session/session.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// Δm of a run over its single-task baselines.
class GainCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("PROJECT", project_, "project file (.concord)")->required();
        app.add_option("RUN", run_, "number of the multi-task run")->required();
        app.add_option("--baselines", baselines_, "numbers of the single-task runs, one per task")->required();
    }

    int run(bool json) override
    {
        const RunStore store(project_, RunStore::Mode::read);
        const double gain = relativeGain(store, run_, baselines_);
        if (json)
            fmt::print("{}\n", nlohmann::json{{"run", run_}, {"delta_m_percent", gain}, {"definition", "mean over tasks of the relative gain of the main metric, + is better"}}.dump());
        else
            fmt::print("Δm = {:+.2f} % (mean relative gain of the main metrics over the single-task runs, + is better)\n", gain);
        return 0;
    }

private:
    std::string project_;
    int run_ = 0;
    std::vector<int> baselines_;
};

static const Register<Command, GainCommand> registeredGain{{.id = "gain", .summary = "Δm of a run over its single-task baselines"}};

} // namespace concord
