#include "app/cli/command.h"
#include "app/cli/execute.h"

#include "core/graph/analysis.h"
#include "core/graph/single_task.h"
#include "core/session/session.h"

#include <optional>
#include <utility>

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
        if (epochs_ && !steps_)
            setPath(experiment, "plan.steps=0");
        const std::pair<const char *, std::optional<std::int64_t>> numbers[] = {{"epochs", epochs_}, {"steps", steps_}, {"seed", seed_}, {"threads", threads_}};
        for (const auto &[name, value] : numbers)
            if (value)
                setPath(experiment, fmt::format("plan.{}={}", name, *value));
        const std::pair<const char *, std::string> words[] = {{"device", device_}, {"precision", precision_}};
        for (const auto &[name, value] : words)
            if (!value.empty())
                setPath(experiment, fmt::format("plan.{}={}", name, value));
        for (const std::string &assignment : assignments_)
            setPath(experiment, assignment);
        if (!single_.empty())
            experiment = singleTask(experiment, single_);
        // No project is made for an experiment that cannot run.
        if (const Analysis analysis = analyse(experiment.graph); !analysis.runnable())
            throw Error("{}: {}", file_, analysis.firstError());
        RunStore store(project_, RunStore::Mode::create);
        if (store.draft().empty())
            store.saveDraft(toJson(experiment));
        const int run = queueRun(store, experiment);
        reporting_.json = json;
        return executeAndReport(project_, run, 0, reporting_);
    }

private:
    std::string file_, project_, device_, precision_, single_;
    std::optional<std::int64_t> epochs_, steps_, seed_, threads_;
    std::vector<std::string> assignments_;
    Reporting reporting_;
};

static const Register<Command, TrainCommand> registeredTrain{{.id = "train", .summary = "train an experiment into a project"}};

} // namespace concord
