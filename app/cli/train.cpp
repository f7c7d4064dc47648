#include "app/cli/command.h"
#include "app/cli/execute.h"

#include "core/graph/single_task.h"
#include "core/session/session.h"

namespace concord {

/// Makes a run of an experiment and trains it.
class TrainCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("FILE", file_, "experiment document (.json)")->required();
        app.add_option("--project", project_, "project file (.concord), made when it is not there")->required();
        app.add_option("--device", device_, "cpu, cuda or cuda:N");
        app.add_option("--epochs", epochs_, "passes over the training set");
        app.add_option("--steps", steps_, "optimiser steps in total; goes before --epochs");
        app.add_option("--seed", seed_, "of weights, order, augmentation and balance");
        app.add_option("--threads", threads_, "0: all cores");
        app.add_option("--precision", precision_, "float32 or bfloat16");
        app.add_option("--set", assignments_, "path=value, e.g. plan.batch=8, balance.c=0.4, node.trunk.dropout=0.1");
        app.add_option("--single", single_, "train this task alone: the baseline for Δm");
        app.add_flag("--progress", reporting_.progress, "a progress line on standard error");
        app.add_flag("--print-run", reporting_.printRun, "print nothing but the run's number on standard output");
    }

    int run(bool json) override
    {
        Experiment experiment = loadExperiment(file_);
        const std::pair<const char *, std::string> shorts[] = {{"device", device_}, {"epochs", epochs_}, {"steps", steps_}, {"seed", seed_}, {"threads", threads_}, {"precision", precision_}};
        if (!epochs_.empty() && steps_.empty())
            setPath(experiment, "plan.steps=0");
        for (const auto &[name, value] : shorts)
            if (!value.empty())
                setPath(experiment, fmt::format("plan.{}={}", name, value));
        for (const std::string &assignment : assignments_)
            setPath(experiment, assignment);
        if (!single_.empty())
            experiment = singleTask(experiment, single_);
        RunStore store(project_, RunStore::Mode::create);
        if (store.draft().empty())
            store.saveDraft(toJson(experiment));
        const int run = queueRun(store, experiment);
        reporting_.json = json;
        return executeAndReport(project_, run, 0, reporting_);
    }

private:
    std::string file_, project_, device_, epochs_, steps_, seed_, threads_, precision_, single_;
    std::vector<std::string> assignments_;
    Reporting reporting_;
};

static const Register<Command, TrainCommand> registeredTrain{{.id = "train", .summary = "train an experiment into a project"}};

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
        {
            RunStore store(project_, RunStore::Mode::write);
            store.recoverInterrupted();
            const RunSummary summary = store.run(run_);
            if (summary.state == RunState::running || summary.state == RunState::paused)
                throw Error("run {} is being trained by another process", run_);
            if (!store.checkpoint(run_, "last") && summary.state != RunState::queued)
                throw Error("run {}: expected a checkpoint to go on from, found none", run_);
        }
        reporting_.json = json;
        return executeAndReport(project_, run_, steps_, reporting_);
    }

private:
    std::string project_;
    int run_ = 0;
    std::int64_t steps_ = 0;
    Reporting reporting_;
};

static const Register<Command, ResumeCommand> registeredResume{{.id = "resume", .summary = "go on with a run from its last checkpoint"}};

} // namespace concord
