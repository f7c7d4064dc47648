#include "app/cli/command.h"
#include "app/cli/execute.h"

#include "core/store/run_store.h"

namespace concord {

/// Goes on with a run from its last checkpoint.
class ResumeCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("PROJECT", project_, "project file (.concord)")->required();
        app.add_option("RUN", run_, "number of the run")->required();
        app.add_option("--steps", steps_, "go on to this step in total")->check(CLI::PositiveNumber);
        app.add_flag("--progress", reporting_.progress, "a progress line on standard error");
    }

    int run(bool json) override
    {
        checkRun();
        reporting_.json = json;
        return executeAndReport(project_, run_, steps_, reporting_);
    }

private:
    void checkRun() const
    {
        RunStore store(project_, RunStore::Mode::write);
        store.recoverInterrupted();
        const RunSummary run = store.run(run_);
        if (run.state == RunState::running || run.state == RunState::paused)
            throw Error("run {} is being trained by another process", run_);
        if (steps_ > 0 && run.step > steps_)
            throw Error("--steps: run {} is at step {}; expected at least that, found {}", run_, run.step, steps_);
        if (run.step > 0 && !std::filesystem::exists(store.folder() / fmt::format("run{}-last.safetensors", run_)))
            throw Error("run {}: expected a checkpoint in {} to go on from, found none", run_, store.folder().string());
    }

    std::string project_;
    int run_ = 0;
    std::int64_t steps_ = 0;
    Reporting reporting_;
};

static const Register<Command, ResumeCommand> registeredResume{{.id = "resume", .summary = "go on with a run from its last checkpoint"}};

} // namespace concord
