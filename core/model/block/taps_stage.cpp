// A stage of task adaptive parameter sharing (TAPS; Wallingford et al., CVPR 2022, section 3): layer i has for each task the weight
// Wᵢ + 1[sᵢ ≥ τ] δWᵢ, with the base Wᵢ shared, the change δWᵢ from zero and the score sᵢ learnt. The indicator's gradient is taken for that of
// sᵢ itself, and Σ |sᵢ| is penalised, so that only layers worth it leave the base. Batch normalisation is each task's own.
#include "core/base/text.h"
#include "core/model/conditioned_stage.h"
#include "core/model/generator.h"
#include "core/model/kernel_unit.h"
#include "core/model/pretrained.h"
#include "core/model/task_norm.h"

namespace concord {

namespace {

struct TapsOptions
{
    double threshold = 0.1; ///< this and the start are the authors' code's
    double start = 0.15;
    double penalty = 0.001;
    bool isFrozen = false;
    bool normOfEachTask = true;
    std::int64_t seed = 1;
};

class TapsLayer : public ConditionedLayer
{
public:
    TapsLayer(const std::vector<StageUnit> &units, std::size_t tasks, const TapsOptions &options, bool areMaps)
        : options_(options)
        , tasks_(tasks)
    {
        addUnits(units, [&](const ConvOptions &conv) {
            auto adaptive = std::make_unique<Adaptive>(*this, conv, tasks, options, areMaps, layers_.size());
            layers_.push_back(adaptive.get());
            names_.push_back(conv.name);
            return adaptive;
        });
    }

    at::Tensor auxiliaryLoss() const override
    {
        if (options_.penalty == 0 || !isTraining())
            return {};
        std::vector<at::Tensor> scores;
        for (const Adaptive *layer : layers_)
            for (const at::Tensor *score : layer->scores())
                scores.push_back(*score);
        return at::stack(scores).abs().sum() * options_.penalty;
    }

    /// Above the threshold a layer is the task's own.
    std::vector<Probe> probes() const override
    {
        Probe probe{"scores", {}, names_, {}};
        std::vector<at::Tensor> values;
        for (std::size_t t = 0; t < tasks_; ++t) {
            probe.rows.push_back(fmt::format("task {}", t));
            for (const Adaptive *layer : layers_)
                values.push_back(layer->scores()[t]->detach());
        }
        probe.values = at::stack(values).view({std::int64_t(tasks_), std::int64_t(layers_.size())});
        return {probe};
    }

private:
    class Adaptive : public TaskMap
    {
    public:
        Adaptive(Layer &owner, const ConvOptions &conv, std::size_t tasks, const TapsOptions &options, bool isMap, std::size_t number)
            : kernel_(options.isFrozen ? KernelUnit(owner, conv, fixedWeight(conv, isMap, options.seed, number))
                                       : KernelUnit(owner, conv, isMap, KernelUnit::start(conv)))
            , norm_(owner, conv.normName, conv.out, tasks, options.normOfEachTask)
            , threshold_(options.threshold)
        {
            for (std::size_t t = 0; t < tasks; ++t) {
                const OfTask own(owner, fmt::format("{}.task{}", conv.name, t), {int(t)});
                changes_.push_back(own.add("delta", KernelUnit::sizes(conv, isMap), Init::zeros()));
                scores_.push_back(own.add("score", {}, Init::constant(options.start)));
            }
        }

        at::Tensor operator()(const at::Tensor &x, std::size_t task) const override
        {
            const at::Tensor &score = *scores_[task];
            // In value the indicator alone, for the score's gradient the score.
            const at::Tensor counts = score.detach().ge(threshold_).to(score.scalar_type()) + (score - score.detach());
            return norm_(kernel_.apply(x, kernel_.weight() + counts * *changes_[task]), task);
        }

        const std::vector<const at::Tensor *> &scores() const { return scores_; }

    private:
        struct OfTask : LayerUnit
        {
            OfTask(Layer &owner, const std::string &prefix, std::vector<int> outputs)
                : LayerUnit(owner, prefix, std::move(outputs))
            {
            }
            at::Tensor *add(const char *name, at::IntArrayRef sizes, Init init) const { return addParameter(name, sizes, init); }
        };

        static at::Tensor fixedWeight(const ConvOptions &conv, bool isMap, std::int64_t seed, std::size_t number)
        {
            constexpr std::uint64_t layersPerSeed = 1 << 12;
            return at::empty(KernelUnit::sizes(conv, isMap))
                .normal_(0, KernelUnit::start(conv).a, makeGenerator(at::kCPU, std::uint64_t(seed) * layersPerSeed + number));
        }

        KernelUnit kernel_;
        TaskNorm norm_;
        double threshold_;
        std::vector<const at::Tensor *> changes_; ///< per task
        std::vector<const at::Tensor *> scores_;
    };

    TapsOptions options_;
    std::size_t tasks_;
    std::vector<const Adaptive *> layers_;
    std::vector<std::string> names_;
};

class TapsStage : public ConditionedStage, public PretrainedBlock
{
public:
    TapsStage()
        : ConditionedStage("basic")
    {
    }

    void params(ParamVisitor &visitor) override
    {
        sizeParams(visitor);
        kindParam(visitor, {"basic", "bottleneck", "plain"});
        visitor("base", base_,
                {.help = "The weights that all tasks share: trained along with the tasks' changes, or left as they start", .choices = {"trained", "frozen"}});
        visitor("penalty", options_.penalty, {.help = "Weight of each score's size in the objective: λ over the number of layers", .min = 0, .max = 100});
        visitor("threshold", options_.threshold, {.help = "Score τ from which on a layer is a task's own", .min = 0, .max = 10, .advanced = true});
        visitor("start", options_.start, {.help = "Score of all layers at the start", .min = 0, .max = 10, .advanced = true});
        visitor("norm", norm_, {.help = "Batch normalisation: one per task, or one for all", .choices = {"task", "shared"}, .advanced = true});
        visitor("seed", options_.seed,
                {.help = "Decides the weights of a frozen base that no file gives; give each stage its own", .min = 0, .max = 1e9, .advanced = true});
        typeParam(visitor);
        weightsParams(visitor, "layer1");
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        TapsOptions options = options_;
        options.isFrozen = isFrozen();
        options.normOfEachTask = norm_ == "task";
        return std::make_shared<TapsLayer>(units(spec.inputs.at("in.0").shape), spec.outputs.size(), options, areMaps());
    }

    std::string summary() const override { return fmt::format("{}, base {}", ConditionedStage::summary(), base_); }

protected:
    Cost mapCost(const ConvOptions &conv, std::int64_t pixels, std::int64_t tasks) const override
    {
        const std::int64_t own = tasks * (weightCount(conv) + 1);
        return {.parameters = (isFrozen() ? 0 : weightCount(conv)) + own + TaskNorm::parameterCount(conv.out, tasks, norm_ == "task"),
                .macs = tasks * pixels * weightCount(conv)};
    }

private:
    bool isFrozen() const { return base_ == "frozen"; }

    TapsOptions options_;
    std::string base_ = "trained";
    std::string norm_ = "task";
};

const Register<Block, TapsStage> registeredTapsStage{Card{.id = "taps_stage",
                                                          .title = "TAPS stage",
                                                          .category = "Conditioning",
                                                          .summary = "A shared base of which each task changes only the layers whose learnt score says so.",
                                                          .paper = "Wallingford et al., CVPR 2022"}};

} // namespace

} // namespace concord
