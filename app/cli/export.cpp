#include "app/cli/command.h"

#include "core/session/session.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// Writes a run's best checkpoint as a file for elsewhere.
class ExportCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("PROJECT", project_, "project file (.concord)")->required();
        app.add_option("RUN", run_, "number of the run")->required();
        app.add_option("--format", format_, "torchscript or safetensors")->capture_default_str();
        app.add_option("-o,--output", out_, "file to write")->required();
    }

    int run(bool json) override
    {
        const ExportResult result = exportRun(project_, run_, format_, out_);
        if (json)
            fmt::print("{}\n", nlohmann::json{{"file", result.file.string()}, {"format", format_}, {"maxDifference", result.maxDifference}, {"message", result.message}}.dump(2));
        else
            fmt::print("{}\n", result.message);
        return 0;
    }

private:
    std::string project_, out_, format_ = "torchscript";
    int run_ = 0;
};

static const Register<Command, ExportCommand> registeredExport{{.id = "export", .summary = "write a run's model for use elsewhere"}};

} // namespace concord
