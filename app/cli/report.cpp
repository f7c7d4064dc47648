#include "app/cli/command.h"

#include "core/session/session.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// A self-contained page about runs.
class ReportCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("PROJECT", project_, "project file (.concord)")->required();
        app.add_option("RUN", runs_, "numbers of the runs")->required();
        app.add_option("-o,--output", folder_, "folder for report.html")->required();
    }

    int run(bool json) override
    {
        const std::filesystem::path file = writeReport(project_, runs_, folder_);
        if (json)
            fmt::print("{}\n", nlohmann::json{{"file", file.string()}}.dump());
        else
            fmt::print("wrote {}\n", file.string());
        return 0;
    }

private:
    std::string project_, folder_;
    std::vector<int> runs_;
};

static const Register<Command, ReportCommand> registeredReport{{.id = "report", .summary = "a self-contained page about runs"}};

} // namespace concord
