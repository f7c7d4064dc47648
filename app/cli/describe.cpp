#include "app/cli/command.h"

#include "core/base/text.h"
#include "core/graph/analysis.h"
#include "core/graph/experiment.h"
#include "core/session/cost.h"
#include "core/session/session.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// Nodes with shapes and costs, tasks, totals.
class DescribeCommand : public Command
{
public:
    void options(CLI::App &app) override { app.add_option("FILE", file_, "experiment document (.json)")->required(); }

    int run(bool json) override
    {
        const Experiment experiment = loadExperiment(file_);
        const Analysis analysis = analyse(experiment.graph);
        nlohmann::json nodes = nlohmann::json::array();
        if (!json)
            fmt::print("{}\n{}\n\n{:<22} {:<20} {:>16} {:>10} {:>10}  {}\n", experiment.name, experiment.description, "node", "type", "output", "parameters", "MAC", "tasks");
        for (const std::string &id : analysis.order) {
            const NodeFacts &facts = analysis.nodes.at(id);
            std::string shape;
            for (const auto &[port, type] : facts.outputTypes)
                if (shape.empty())
                    shape = shapeText(type.shape);
            std::vector<std::string> tasks;
            for (const int task : facts.tasks)
                tasks.push_back(analysis.tasks[std::size_t(task)].info.name);
            const std::string &type = experiment.graph.find(id)->type;
            nodes.push_back({{"id", id}, {"type", type}, {"summary", facts.summary}, {"output", shape}, {"parameters", facts.parameters}, {"macs", facts.macs}, {"forwards", facts.forwards}, {"tasks", tasks}});
            if (!json)
                fmt::print("{:<22} {:<20} {:>16} {:>10} {:>10}  {}\n", id, type, shape, shortCount(double(facts.parameters)), shortCount(double(facts.macs)), join(tasks, ", "));
        }
        const std::vector<std::string> weights = weightNotes(experiment);
        nlohmann::json taskList = nlohmann::json::array();
        for (const GraphTask &task : analysis.tasks)
            taskList.push_back({{"name", task.info.name}, {"kind", name(task.info.kind)}, {"classes", task.info.classes}, {"loss", task.lossNode}});
        nlohmann::json balance = nullptr;
        const std::optional<BalanceCost> cost = balanceCost(experiment.graph, experiment.plan, analysis);
        if (cost)
            balance = {{"method", cost->title}, {"taskPasses", cost->taskPasses}, {"weightedPass", cost->weightedPass}, {"extraPasses", cost->extraPasses}, {"extraForwards", cost->extraForwards},
                {"backwardRatio", cost->backwardRatio()}, {"stepRatio", cost->stepRatio()}, {"rowBytes", cost->rowBytes}, {"text", cost->text()}};
        if (json)
            fmt::print("{}\n", nlohmann::json{{"name", experiment.name}, {"description", experiment.description}, {"contentId", contentId(experiment)}, {"nodes", nodes}, {"tasks", taskList},
                {"parameters", analysis.parameters}, {"sharedParameters", analysis.sharedParameters}, {"macs", analysis.macs}, {"balance", balance}, {"runnable", analysis.runnable()}, {"weights", weights}}.dump(2));
        else
            fmt::print("\n{} parameters ({} shared), {} multiply-adds per sample\n{}", shortCount(double(analysis.parameters)), shortCount(double(analysis.sharedParameters)), shortCount(double(analysis.macs)),
                cost ? cost->text() + "\n" : "");
        for (const std::string &note : weights)
            if (!json)
                fmt::print("{}\n", note);
        return 0;
    }

private:
    std::string file_;
};

static const Register<Command, DescribeCommand> registeredDescribe{{.id = "describe", .summary = "nodes, shapes and costs of an experiment"}};

} // namespace concord
