#include "app/cli/assignments.h"
#include "app/cli/command.h"
#include "app/cli/interrupts.h"
#include "app/cli/progress_line.h"

#include "core/graph/analysis.h"
#include "core/session/procedure.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// Executes a procedure; given again, it goes on where it was stopped.
class ProcedureCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("ID", id_, "id of a procedure, see list procedures")->required();
        app.add_option("FILE", file_, "experiment document (.json); not needed by a procedure that starts from a run");
        app.add_option("--project", project_, "project file (.concord), made when it is not there")->required();
        app.add_option("--set", assignments_, "parameter=value of the procedure, or path=value of the experiment, e.g. plan.steps=200");
        app.add_option("--front", front_, "name of the front; made from the procedure and the experiment when not given");
        app.add_flag("--progress", progress_, "a progress line on standard error");
    }

    int run(bool json) override
    {
        const ProcedureOrder order = makeOrder();
        if (progress_)
            fmt::print(stderr, "makes {}\n", effort(order));
        const ProcedureResult result = execute(order);
        if (json)
            fmt::print("{}\n", nlohmann::json{{"procedure", id_}, {"state", name(result.state)}, {"message", result.message}, {"front", result.front}, {"runs", result.runs}}.dump(2));
        else
            tell(result);
        if (result.state == RunState::failed)
            throw Error("{}: {}", id_, result.message);
        return 0;
    }

private:
    ProcedureOrder makeOrder() const
    {
        ProcedureOrder order{.procedure = id_, .params = {}, .experiment = {}, .front = front_};
        const std::unique_ptr<Procedure> procedure = ProcedureRegistry::instance().make(id_);
        std::vector<std::string> own;
        if (!file_.empty())
            order.experiment = loadExperiment(file_);
        for (const std::string &assignment : assignments_) {
            const std::string path = assignment.substr(0, assignment.find('='));
            if (path.find('.') == std::string::npos && path != "name")
                own.push_back(assignment);
            else if (file_.empty())
                throw Error("--set {}: expected an experiment to change, found none", assignment);
            else
                setPath(order.experiment, assignment);
        }
        order.params = readAssignments(*procedure, own);
        setParams(*procedure, order.params, id_);
        // No project is made for an experiment that cannot run.
        if (const Analysis analysis = analyse(order.experiment.graph); !file_.empty() && !analysis.runnable())
            throw Error("{}: {}", file_, analysis.firstError());
        if (file_.empty() && !std::filesystem::exists(project_))
            throw Error("{}: expected a project with a run to start from, or an experiment, found neither", project_);
        return order;
    }

    std::string effort(const ProcedureOrder &order) const
    {
        const std::unique_ptr<Procedure> procedure = ProcedureRegistry::instance().make(id_);
        setParams(*procedure, order.params, id_);
        return procedure->effort(analyse(order.experiment.graph).tasks.size());
    }

    ProcedureResult execute(const ProcedureOrder &order) const
    {
        RunControl control;
        const Interrupts interrupts(control);
        ProgressLine line;
        const ProcedureResult result = executeProcedure(project_, order, control, [&](const ProcedureEvent &event) {
            if (!progress_)
                return;
            const auto *words = std::get_if<LogEvent>(&event.event);
            if (event.run > 0)
                line.see(event.event);
            else if (words)
                fmt::print(stderr, "{}\n", words->text);
        });
        line.end();
        return result;
    }

    void tell(const ProcedureResult &result) const
    {
        fmt::print("{} {}{}\n", id_, name(result.state), result.message.empty() || result.state == RunState::failed ? "" : ": " + result.message);
        std::vector<std::string> numbers;
        for (const int run : result.runs)
            numbers.push_back(std::to_string(run));
        if (!numbers.empty())
            fmt::print("runs {}\n", join(numbers, ", "));
        if (!result.front.empty())
            fmt::print("front '{}'; see concord-cli front --project {}\n", result.front, project_);
    }

    std::string id_, file_, project_, front_;
    std::vector<std::string> assignments_;
    bool progress_ = false;
};

static const Register<Command, ProcedureCommand> registeredProcedureCommand{{.id = "procedure", .summary = "several runs or models for one question: sweeps, Pareto sets, split graphs"}};

} // namespace concord
