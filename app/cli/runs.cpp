#include "app/cli/command.h"

#include "core/store/run_store.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// The runs of a project.
class RunsCommand : public Command
{
public:
    void options(CLI::App &app) override { app.add_option("PROJECT", project_, "project file (.concord)")->required(); }

    int run(bool json) override
    {
        const RunStore store(project_, RunStore::Mode::read);
        nlohmann::json list = nlohmann::json::array();
        for (const RunSummary &run : store.runs()) {
            list.push_back({{"run", run.number}, {"name", run.name}, {"state", name(run.state)}, {"step", run.step}, {"totalSteps", run.totalSteps}, {"seconds", run.seconds}, {"created", run.created}, {"message", run.message}});
            if (!json)
                fmt::print("{:>4}  {:<12} {:>8}/{:<8} {:>8.1f} s  {}{}\n", run.number, name(run.state), run.step, run.totalSteps, run.seconds, run.name, run.message.empty() ? "" : " — " + run.message);
        }
        if (json)
            fmt::print("{}\n", list.dump(2));
        return 0;
    }

private:
    std::string project_;
};

static const Register<Command, RunsCommand> registeredRuns{{.id = "runs", .summary = "the runs of a project"}};

} // namespace concord
