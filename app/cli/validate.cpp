#include "app/cli/command.h"

#include "core/graph/analysis.h"
#include "core/graph/experiment.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// Problems of an experiment; exit 1 when one of them is an error.
class ValidateCommand : public Command
{
public:
    void options(CLI::App &app) override { app.add_option("FILE", file_, "experiment document (.json)")->required(); }

    int run(bool json) override
    {
        const Experiment experiment = loadExperiment(file_);
        const Analysis analysis = analyse(experiment.graph);
        static constexpr const char *severities[] = {"info", "warning", "error"};
        nlohmann::json list = nlohmann::json::array();
        for (const Problem &problem : analysis.problems) {
            const char *severity = severities[int(problem.severity)];
            list.push_back({{"severity", severity}, {"node", problem.node}, {"port", problem.port}, {"message", problem.message}, {"fix", problem.fix ? problem.fix->label : ""}});
            if (!json)
                fmt::print("{}: {}{}{}\n", severity, problem.node, problem.node.empty() ? "" : ": ", problem.message);
        }
        if (json)
            fmt::print("{}\n", nlohmann::json{{"runnable", analysis.runnable()}, {"problems", list}}.dump(2));
        else if (analysis.runnable())
            fmt::print("{}: can run ({} tasks, {} nodes)\n", file_, analysis.tasks.size(), experiment.graph.nodes.size());
        if (!analysis.runnable())
            throw Error("{}: {}", file_, analysis.firstError());
        return 0;
    }

private:
    std::string file_;
};

static const Register<Command, ValidateCommand> registeredValidate{{.id = "validate", .summary = "check an experiment document"}};

} // namespace concord
