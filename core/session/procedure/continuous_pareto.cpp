// Continuous Pareto exploration (Ma, Du and Matusik, ICML 2020): from one trained network along the tangents of the Pareto set, towards each task in turn.
// Between neighbours the straight line stays near the set, so that points on it are solutions too. Losses are those of a fixed part of the training
// set, of the network as it predicts (no dropout, statistics of batch norms fixed): the walk needs the same smooth functions everywhere.
#include "core/session/stepped_run.h"

#include "core/session/pareto_walk.h"
#include "core/tensor/threads.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace concord {

namespace {

/// The part of the training set that the walk looks at, in batches of the plan's size.
std::vector<DeviceBatch> paretoBatches(const SteppedData &data, const Plan &plan, const Model &model, std::int64_t samples)
{
    std::vector<std::int64_t> indices = permutation(data.training->size(), Random(std::uint64_t(plan.seed), 0x70617265746f));
    if (samples > 0 && std::int64_t(indices.size()) > samples)
        indices.resize(std::size_t(samples));
    std::ranges::sort(indices);
    std::vector<DeviceBatch> batches;
    for (std::size_t from = 0; from < indices.size(); from += std::size_t(plan.batch)) {
        const std::size_t count = std::min(std::size_t(plan.batch), indices.size() - from);
        batches.push_back(toDevice(gather(*data.training, std::span(indices).subspan(from, count)), data.training->info(), model, plan.channelsLast));
    }
    return batches;
}

} // namespace

class ContinuousPareto : public Procedure
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("run", run_, {.help = "Number of the trained run to start from; 0 trains the experiment first", .min = 0, .max = 1e9});
        visitor("points", points_, {.help = "Most steps towards each task", .min = 1, .max = 1000});
        visitor("spacing", options_.spacing, {.help = "How much a task's weight grows with each step, of 1", .min = 1e-4, .max = 1});
        visitor("between", between_, {.help = "Points taken on the straight line between two neighbours", .min = 0, .max = 100});
        visitor("samples", samples_, {.help = "Training samples whose losses are followed; 0: all", .min = 0, .max = 1e9});
        visitor("corrections", corrections_, {.help = "Most min-norm steps back to the set after each step along a tangent", .min = 0, .max = 1e5});
        visitor("iterations", iterations_, {.help = "Most iterations of MINRES for a tangent; each takes two passes over the samples", .min = 1, .max = 1e5, .advanced = true});
        visitor("longest", options_.longest, {.help = "Longest step, as a share of the length of all weights together", .min = 1e-6, .max = 10, .advanced = true});
    }

    std::string effort(std::size_t tasks) const override
    {
        return fmt::format("{}one run that walks up to {} steps along the Pareto set", run_ > 0 ? "" : "a run to start from, and ", points_ * std::int64_t(tasks));
    }

    void run(ProcedureContext &context) override
    {
        const int from = context.startingRun(int(run_));
        const Experiment experiment = experimentFromJson(context.store().run(from).experiment, fmt::format("run {}", from));
        setThreads(int(experiment.plan.threads));
        const SteppedData data(experiment);
        if (data.analysis.tasks.size() < 2)
            throw Error("expected two or more tasks to trade off, found {}", data.analysis.tasks.size());
        const int own = context.ownRun(experiment, 0, fmt::format("continuous Pareto from run {}", from));
        SteppedRun walker(context, own, experiment, context.ownContentId(experiment, 0), data, experiment.plan.seed);
        loadWeights(checkpointOf(context, from), walker.learner().model());
        const std::vector<DeviceBatch> batches = paretoBatches(data, experiment.plan, walker.learner().model(), samples_);

        ParetoWalkOptions options = options_;
        options.corrections = int(corrections_);
        options.tangentIterations = int(iterations_);
        const ParetoWalk walk([&](const at::Tensor &point) { return functions(walker, batches, point); }, options, [&context] { return context.goesOn(); });
        walker.start({.step = recordedSteps(context, own)}, total(data));
        number_ = 0;
        try {
            explore(context, walker, walk, data);
        } catch (const std::exception &error) {
            const bool isStop = dynamic_cast<const Cancelled *>(&error) != nullptr;
            walker.finish(isStop ? RunState::stopped : RunState::failed, number_, isStop ? fmt::format("stopped at point {}", number_) : error.what());
            throw;
        }
        walker.finish(RunState::finished, number_, {});
    }

private:
    static std::filesystem::path checkpointOf(const ProcedureContext &context, int run)
    {
        const RunStore store(context.project(), RunStore::Mode::read);
        for (const char *kind : {"last", "best"})
            if (const std::optional<CheckpointEvent> found = store.checkpoint(run, kind); found && std::filesystem::exists(store.folder() / found->file))
                return store.folder() / found->file;
        throw Error("run {}: expected its checkpoint in {}, found none", run, store.folder().string());
    }

    static TaskDerivatives functions(SteppedRun &walker, const std::vector<DeviceBatch> &batches, const at::Tensor &point)
    {
        Model &model = walker.learner().model();
        model.setTraining(false);   // an evaluation leaves it in training
        walker.whole().setValues(point);
        TaskDerivatives found = walker.whole().derivatives(batches);
        for (std::size_t task = 0; task < found.losses.size(); ++task)
            if (std::isnan(found.losses[task]) && found.nonFiniteTask < 0)
                throw Error("samples: expected labels of '{}' among those looked at, found none", model.tasks()[task].info.name);
        return found;
    }

    std::int64_t total(const SteppedData &data) const { return 1 + std::int64_t(data.analysis.tasks.size()) * points_ * (1 + between_); }

    /// Points of an earlier session whose files are still there.
    static std::int64_t recordedSteps(const ProcedureContext &context, int run)
    {
        std::int64_t steps = 0;
        for (const FrontPoint &point : context.before().points)
            if (point.run == run)
                steps = std::max(steps, point.step);
        return steps;
    }

    void explore(ProcedureContext &context, SteppedRun &walker, const ParetoWalk &walk, const SteppedData &data)
    {
        const at::Tensor first = walker.whole().values();
        const ParetoPlace start = visit(context, walker, walk, "start", total(data), [&] { return walk.correct(walk.look(first)); });
        walker.whole().setValues(start.point);
        walker.save(progressAt(walker, number_), "last");
        if (start.stationarity > 0.1)
            context.say(fmt::format("the start is not near the Pareto set: the min-norm vector is {:.2g} of the longest gradient; train it longer, or allow more "
                                    "corrections", start.stationarity),
                        LogEvent::Level::warning);
        for (std::size_t task = 0; task < data.analysis.tasks.size(); ++task) {
            const std::string &name = data.analysis.tasks[task].info.name;
            ParetoPlace place = start;
            for (std::int64_t k = 1; k <= points_; ++k) {
                const std::string label = fmt::format("{} {}", name, k);
                if (place.weights[task] > 1 - 0.5 * options_.spacing && !restorable(context, walker, label))
                    break;   // this task alone counts: the end of the set
                const ParetoPlace next = visit(context, walker, walk, label, total(data), [&] { return walk.advance(place, int(task)).value_or(place); });
                for (std::int64_t b = 1; b <= between_; ++b) {
                    const double share = double(b) / double(between_ + 1);
                    visit(context, walker, walk, fmt::format("{} {:.3g}", name, double(k - 1) + share), total(data),
                          [&] { return walk.look(place.point * (1 - share) + next.point * share); });
                }
                place = next;
            }
        }
    }

    static Progress progressAt(SteppedRun &walker, std::int64_t step)
    {
        Progress progress{.step = step};
        progress.start(walker.learner().model().tasks().size());
        return progress;
    }

    static bool restorable(const ProcedureContext &context, const SteppedRun &walker, const std::string &label)
    {
        const std::optional<FrontPoint> known = context.known(label);
        const RunStore store(context.project(), RunStore::Mode::read);
        return known && known->run == walker.number() && std::filesystem::exists(store.folder() / known->file);
    }

    /// A point of an earlier session, or a new one: found, judged on the validation set, saved and put on the front.
    ParetoPlace visit(ProcedureContext &context, SteppedRun &walker, const ParetoWalk &walk, const std::string &label, std::int64_t total,
                      const std::function<ParetoPlace()> &find)
    {
        context.progress(number_, total);
        if (restorable(context, walker, label)) {
            const FrontPoint known = *context.known(label);
            loadWeights(context.store().folder() / known.file, walker.learner().model());
            const ParetoPlace place = walk.look(walker.whole().values());
            ++number_;
            context.add(known);
            return place;
        }
        const ParetoPlace place = find();
        ++number_;
        walker.whole().setValues(place.point);
        for (std::size_t task = 0; task < place.weights.size(); ++task) {
            const std::string &name = walker.learner().model().tasks()[task].info.name;
            walker.scalar("loss/" + name, number_, place.derivatives.losses[task]);
            walker.scalar("weight/" + name, number_, place.weights[task]);
        }
        walker.scalar("residual", number_, place.stationarity);
        FrontPoint point = walker.evaluate(number_);
        point.label = label;
        point.weights = place.weights;
        point.file = walker.save(progressAt(walker, number_), fmt::format("point{}", number_));
        context.add(std::move(point));
        walker.tell(RunState::running, number_, total);
        return place;
    }

    std::int64_t run_ = 0;
    std::int64_t points_ = 5;
    std::int64_t between_ = 1;
    std::int64_t samples_ = 512;
    std::int64_t corrections_ = 20;
    std::int64_t iterations_ = 50;
    ParetoWalkOptions options_;
    std::int64_t number_ = 0;   ///< points so far: the steps of its run
};

static const Register<Procedure, ContinuousPareto> registeredContinuousPareto{Card{
    .id = "continuous_pareto",
    .title = "Continuous Pareto",
    .category = "Pareto sets",
    .summary = "Walks from a trained run along the tangents of the Pareto set, towards each task in turn.",
    .paper = "Ma, Du and Matusik, ICML 2020",
    .claims = {},
    .fidelity = "exact",
}};

} // namespace concord
