#include "core/session/sweep.h"

#include "core/graph/analysis.h"
#include "core/session/front.h"

namespace concord {

void SweepGrid::params(ParamVisitor &visitor)
{
    visitor("divisions", divisions, {.help = "Parts that are shared out among the tasks, each getting one at least: 6 parts make 5 points for two tasks and 10 for three", .min = 1, .max = 1000});
    visitor("most", most, {.help = "Most runs that it may make", .min = 1, .max = 1e5, .advanced = true});
}

std::string SweepGrid::effort(std::size_t tasks) const
{
    const std::size_t runs = tasks < 2 ? 0 : simplexGrid(int(tasks), divisions, most).size();
    return fmt::format("{} run{}", runs, runs == 1 ? "" : "s");
}

namespace {

/// A run without an evaluation has no place on the front.
void addSweepPoint(ProcedureContext &context, int run, const std::vector<double> &weights)
{
    FrontPoint point;
    try {
        point = frontPoint(context.store(), run);
    } catch (const Error &error) {
        context.say(error.what(), LogEvent::Level::warning);
        return;
    }
    point.label = weightsText(weights);
    point.weights = weights;
    context.add(std::move(point));
}

} // namespace

void sweep(ProcedureContext &context, const SweepGrid &grid, const std::function<void(Node &balance, const std::vector<double> &weights)> &place)
{
    const Experiment &base = context.experiment();
    const Analysis analysis = analyse(base.graph);
    if (!analysis.runnable())
        throw Error("the experiment cannot run: {}", analysis.firstError());
    if (analysis.tasks.size() < 2)
        throw Error("expected two or more tasks to trade off, found {}", analysis.tasks.size());
    const std::vector<std::vector<double>> points = simplexGrid(int(analysis.tasks.size()), grid.divisions, grid.most);
    std::int64_t done = 0;
    for (const std::vector<double> &weights : points) {
        context.progress(done, std::int64_t(points.size()));
        Experiment experiment = base;
        experiment.name = fmt::format("{}{}{}", base.name, base.name.empty() ? "" : ", ", weightsText(weights));
        Node &balance = *experiment.graph.find(analysis.balanceNode);
        balance.params.erase("preference");
        place(balance, weights);
        if (const std::optional<int> run = context.train(experiment))
            addSweepPoint(context, *run, weights);
        ++done;
    }
    context.progress(done, done);
    if (context.front().points.empty())
        throw Error("expected at least one run that ends well, found none of {}; the log of the last says why", points.size());
}

} // namespace concord
