#include "app/cli/command.h"

#include "core/store/run_store.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace concord {

/// One series of a run, or the names of all.
class SeriesCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("PROJECT", project_, "project file (.concord)")->required();
        app.add_option("RUN", run_, "number of the run")->required();
        app.add_option("NAME", name_, "series, e.g. loss/depth; without it the names are listed");
        app.add_flag("--csv", csv_, "step,seconds,value (the default)");
    }

    int run(bool json) override
    {
        const RunStore store(project_, RunStore::Mode::read);
        store.run(run_);
        const std::vector<std::string> names = store.seriesNames(run_);
        if (name_.empty()) {
            if (json)
                fmt::print("{}\n", nlohmann::json(names).dump(2));
            for (const std::string &known : names)
                if (!json)
                    fmt::print("{}\n", known);
            return 0;
        }
        if (std::ranges::find(names, name_) == names.end())
            throw Error("run {}: no series '{}'{}; expected one of: {}", run_, name_, didYouMean(name_, names), join(names, ", "));
        const Series series = store.series(run_, name_);
        if (json) {
            fmt::print("{}\n", nlohmann::json{{"series", name_}, {"steps", series.steps}, {"seconds", series.seconds}, {"values", series.values}}.dump());
            return 0;
        }
        fmt::print("step,seconds,value\n");
        for (std::size_t i = 0; i < series.steps.size(); ++i)
            fmt::print("{},{},{}\n", series.steps[i], series.seconds[i], series.values[i]);
        return 0;
    }

private:
    std::string project_, name_;
    int run_ = 0;
    bool csv_ = true;
};

static const Register<Command, SeriesCommand> registeredSeries{{.id = "series", .summary = "one series of a run as CSV"}};

} // namespace concord
