// MOO-SVGD (Liu, Tong and Liu, NeurIPS 2021): several networks find a front together. Each goes down its min-norm direction g*, shares it with those whose
// losses are near, and is pushed away from them in the space of losses. Every network is a run of its own; all see the same batches. With one
// particle it is MGDA over all parameters, heads too.
#include "core/session/stepped_run.h"

#include "core/graph/node_block.h"
#include "core/session/svgd_step.h"
#include "core/tensor/min_norm.h"
#include "core/tensor/threads.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

/// An optimiser's step for a network whose direction came from elsewhere, with the plan's schedule and clipping.
class SvgdRates
{
public:
    SvgdRates(const Plan &plan, std::int64_t total)
        : plan_(plan)
        , schedule_(ScheduleRegistry::instance().make(plan.schedule))
        , total_(total)
    {
        setParams(*schedule_, plan.scheduleParams, "schedule " + plan.schedule);
    }

    double at(std::int64_t step) const { return rateFactor(*schedule_, step, total_, plan_.warmupSteps); }

    void step(SteppedRun &particle, at::Tensor direction, std::int64_t step) const
    {
        if (plan_.clipNorm > 0)
            direction = direction * (plan_.clipNorm / direction.norm()).clamp_max(1);
        particle.whole().setGradient(direction);
        particle.learner().optimiser().step(at(step));
    }

private:
    const Plan &plan_;
    std::unique_ptr<Schedule> schedule_;
    std::int64_t total_;
};

} // namespace

class MooSvgd : public Procedure
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("particles", particles_, {.help = "Networks that are trained together, each a run and a point of the front", .min = 1, .max = 100});
        visitor("repulsion", repulsion_, {.help = "How hard networks with near losses push each other away, relative to their descent; with much of it the outermost end beyond the front", .min = 0, .max = 100});
        visitor("width", width_, {.help = "Of the kernel, relative to the median squared distance of the losses over log n; in a wide one each network is drawn by the others' descent too", .min = 1e-9, .max = 1e9, .advanced = true});
        visitor("normalisation", normalisation_, {.help = "What each gradient is divided by when the min-norm point is sought: its length (l2), or nothing", .choices = {"none", "l2"}});
    }

    std::string effort(std::size_t) const override { return fmt::format("{} networks in step, each a run", particles_); }

    void run(ProcedureContext &context) override
    {
        const Experiment base = prepared(context.experiment());
        const Plan &plan = base.plan;
        setThreads(int(plan.threads));
        const SteppedData data(base);
        std::vector<std::unique_ptr<SteppedRun>> all;
        for (std::int64_t i = 0; i < particles_; ++i) {
            const int number = context.ownRun(base, int(i), fmt::format("MOO-SVGD {}/{}{}", i + 1, particles_, base.name.empty() ? "" : " · " + base.name));
            all.push_back(std::make_unique<SteppedRun>(context, number, base, context.ownContentId(base, int(i)), data, plan.seed + i));
        }
        Loader loader(data.training, data.options);
        const std::int64_t perEpoch = loader.batchesPerEpoch() / plan.accumulate;
        if (perEpoch < 1)
            throw Error("plan.accumulate: expected at most the {} batches of an epoch, found {}", loader.batchesPerEpoch(), plan.accumulate);
        const std::int64_t total = plan.steps > 0 ? plan.steps : plan.epochs * perEpoch;
        Progress progress = resumed(context, all);
        loader.seek(progress.epoch, progress.batch);
        for (const auto &particle : all)
            particle->start(progress, total);
        const SvgdRates rates(plan, total);
        try {
            train(context, all, loader, data, plan, total, rates, progress);
        } catch (const std::exception &error) {
            const bool isStop = dynamic_cast<const Cancelled *>(&error) != nullptr;
            // A stop keeps what was reached; after an abort or a failure the last checkpoints stand.
            if (isStop && context.control().order() == RunControl::Order::stop && progress.step > 0)
                for (const auto &particle : all)
                    particle->save(progress);
            for (const auto &particle : all)
                particle->finish(isStop ? RunState::stopped : RunState::failed, progress.step, isStop ? fmt::format("stopped at step {}", progress.step) : error.what());
            throw;
        }
        for (const auto &particle : all)
            particle->finish(RunState::finished, progress.step, {});
    }

private:
    /// The document of a particle names the method that it is closest to.
    static Experiment prepared(Experiment experiment)
    {
        const Analysis analysis = analyse(experiment.graph);
        if (!analysis.runnable())
            throw Error("the experiment cannot run: {}", analysis.firstError());
        if (analysis.tasks.size() < 2)
            throw Error("expected two or more tasks to trade off, found {}", analysis.tasks.size());
        setNodeParam(*experiment.graph.find(analysis.balanceNode), "method", std::string("mgda"));
        return experiment;
    }

    /// The newest step at which all particles were saved.
    static Progress resumed(ProcedureContext &context, std::vector<std::unique_ptr<SteppedRun>> &all)
    {
        std::vector<std::int64_t> common = all.front()->savedSteps();
        for (const auto &particle : all)
            std::erase_if(common, [saved = particle->savedSteps()](std::int64_t step) { return std::ranges::count(saved, step) == 0; });
        Progress progress;
        progress.start(all.front()->learner().model().tasks().size());
        if (common.empty())
            return progress;
        for (const auto &particle : all)
            progress = particle->load(*std::ranges::max_element(common));
        context.say(fmt::format("going on from step {}", progress.step));
        return progress;
    }

    void train(ProcedureContext &context, std::vector<std::unique_ptr<SteppedRun>> &all, Loader &loader, const SteppedData &data, const Plan &plan, std::int64_t total,
               const SvgdRates &rates, Progress &progress) const
    {
        bool due = progress.step > 0 && progress.evaluatedAt != progress.step && isDue(progress, plan, total);
        while (true) {
            context.progress(progress.step, total);
            if (due || (progress.step >= total && context.front().points.size() < all.size()))
                evaluate(context, all, progress);
            if (progress.step >= total)
                return;
            if (!context.goesOn())
                throw Cancelled();
            std::vector<DeviceBatch> batches;
            for (std::int64_t i = 0; i < plan.accumulate; ++i)
                batches.push_back(toDevice(loader.next(), data.training->info(), all.front()->learner().model(), plan.channelsLast));
            step(all, batches, rates, progress.step);
            ++progress.step;
            progress.batch += plan.accumulate;
            if (progress.batch + plan.accumulate > loader.batchesPerEpoch()) {
                ++progress.epoch;
                progress.batch = 0;
                if (loader.batchesPerEpoch() % plan.accumulate != 0)
                    loader.seek(progress.epoch, 0);
            }
            due = isDue(progress, plan, total);
        }
    }

    static bool isDue(const Progress &progress, const Plan &plan, std::int64_t total)
    {
        return progress.step >= total || (plan.evaluateEvery > 0 ? progress.step % plan.evaluateEvery == 0 : progress.batch == 0);
    }

    void step(std::vector<std::unique_ptr<SteppedRun>> &all, const std::vector<DeviceBatch> &batches, const SvgdRates &rates, std::int64_t index) const
    {
        std::vector<TaskDerivatives> derivatives;
        std::vector<at::Tensor> descents;
        for (const auto &particle : all) {
            derivatives.push_back(particle->whole().derivatives(batches));
            requireFinite(*particle, derivatives.back(), index + 1);
            descents.push_back(descent(*particle, derivatives.back(), index + 1));
        }
        const std::vector<int> active = derivatives.front().active();   // the same labels for all
        std::vector<std::vector<double>> losses;
        for (const TaskDerivatives &each : derivatives) {
            std::vector<double> &of = losses.emplace_back();
            for (const int task : active)
                of.push_back(each.losses[std::size_t(task)]);
        }
        const SvgdStep forces = svgdStep(losses, width_, repulsion_);
        const auto count = all.size();
        const at::Tensor shared = at::stack(descents);
        for (std::size_t i = 0; i < count; ++i) {
            const auto numbers = [&](const double *from, std::size_t size) { return at::tensor(std::vector<double>(from, from + size), at::kDouble).to(shared.device(), at::kFloat); };
            at::Tensor direction = at::mv(shared.t(), numbers(&forces.kernel[i * count], count));
            for (std::size_t k = 0; k < active.size(); ++k)
                direction.add_(derivatives[i].jacobian[active[k]], forces.push[i][k]);
            rates.step(*all[i], direction / double(count), index);
            for (const int task : active)
                all[i]->scalar("loss/" + all[i]->learner().model().tasks()[std::size_t(task)].info.name, index + 1, derivatives[i].losses[std::size_t(task)]);
            all[i]->scalar("lr", index + 1, all[i]->learner().optimiser().learningRate * rates.at(index));
            if ((index + 1) % 10 == 0)
                all[i]->tell(RunState::running, index + 1, 0);
        }
    }

    static void requireFinite(SteppedRun &particle, const TaskDerivatives &derivatives, std::int64_t step)
    {
        if (const int task = derivatives.nonFiniteTask; task >= 0)
            throw Error("the loss of '{}' of run {} is no longer finite at step {}: lower the learning rate, or clip the gradient (plan.clipNorm)",
                        particle.learner().model().tasks()[std::size_t(task)].info.name, particle.number(), step);
    }

    /// g*: the shortest vector in the convex hull of the task gradients.
    at::Tensor descent(SteppedRun &particle, const TaskDerivatives &derivatives, std::int64_t step) const
    {
        const std::vector<int> active = derivatives.active();
        const auto count = active.size();
        std::vector<double> gramian = derivatives.gramian(active);
        std::vector<double> lengths;
        for (std::size_t i = 0; i < count; ++i)
            lengths.push_back(normalisation_ == "l2" && gramian[i * count + i] > 0 ? std::sqrt(gramian[i * count + i]) : 1);
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t j = 0; j < count; ++j)
                gramian[i * count + j] /= lengths[i] * lengths[j];
        at::Tensor sum = at::zeros_like(derivatives.jacobian[0]);
        if (count == 0)
            return sum;
        const MinNormPoint point = minNormPoint(gramian, int(count));
        for (std::size_t i = 0; i < count; ++i) {
            sum.add_(derivatives.jacobian[active[i]], point.weights[i]);
            particle.scalar("weight/" + particle.learner().model().tasks()[std::size_t(active[i])].info.name, step, point.weights[i]);
        }
        return sum;
    }

    void evaluate(ProcedureContext &context, std::vector<std::unique_ptr<SteppedRun>> &all, Progress &progress) const
    {
        std::vector<FrontPoint> points;
        for (std::size_t i = 0; i < all.size(); ++i) {
            points.push_back(all[i]->evaluate(progress.step));
            points.back().label = fmt::format("particle {}", i + 1);
        }
        progress.evaluatedAt = progress.step;
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i]->save(progress);
        for (FrontPoint &point : points)
            context.add(std::move(point));
    }

    std::int64_t particles_ = 5;
    double repulsion_ = 0.05;
    double width_ = 0.3;
    std::string normalisation_ = "none";
};

static const Register<Procedure, MooSvgd> registeredMooSvgd{Card{
    .id = "moo_svgd",
    .title = "MOO-SVGD",
    .category = "Pareto sets",
    .summary = "Trains several networks together that go down to the front and push each other apart along it.",
    .paper = "Liu, Tong and Liu, NeurIPS 2021",
    .claims = {},
    .fidelity = "exact",
}};

} // namespace concord
