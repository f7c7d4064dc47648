// A residual stage of attentive single-tasking (ASTMT; Maninis et al., CVPR 2019, section 3): all tasks share the convolutions; a task has its
// own squeeze-and-excitation (Hu et al., CVPR 2018) at the end of each block's branch, 1×1 residual adapters beside the 3×3 kernels (Rebuffi
// et al., CVPR 2018) or behind them (NIPS 2017), which start at zero, and batch normalisations. It runs once per task, as the cost says.
#include "core/base/text.h"
#include "core/model/conditioned_stage.h"
#include "core/model/kernel_unit.h"
#include "core/model/linear_unit.h"
#include "core/model/pretrained.h"
#include "core/model/task_norm.h"

#include <algorithm>

namespace concord {

namespace {

struct SeAdapterOptions
{
    std::string adapter = "parallel";
    std::string se = "task";
    std::string norm = "task";
    std::int64_t reduction = 16;

    bool adapts(const ConvOptions &conv) const { return adapter != "none" && conv.kernel > 1; }

    /// A task's adapter of a convolution.
    ConvOptions adapterOf(const ConvOptions &conv, std::size_t task) const
    {
        const bool isSerial = adapter == "serial";
        return {.name = fmt::format("{}.adapter{}", conv.name, task),
                .in = isSerial ? conv.out : conv.in,
                .out = conv.out,
                .stride = isSerial ? 1 : conv.stride,
                .outputs = {int(task)}};
    }

    std::int64_t squeezed(std::int64_t channels) const { return std::max<std::int64_t>(channels / reduction, 1); }
};

class SeAdapterLayer : public ConditionedLayer
{
public:
    SeAdapterLayer(const std::vector<StageUnit> &units, std::size_t tasks, const SeAdapterOptions &options)
    {
        addUnits(units, [&](const ConvOptions &conv) { return std::make_unique<Adapted>(*this, conv, tasks, options); });
        for (std::size_t u = 0; u < units.size() && options.se != "none"; ++u)
            for (std::size_t t = 0; t < (options.se == "task" ? tasks : 1); ++t) {
                const std::string prefix = options.se == "task" ? fmt::format("{}.se.task{}", u, t) : fmt::format("{}.se", u);
                const std::vector<int> outputs = options.se == "task" ? std::vector<int>{int(t)} : std::vector<int>();
                const std::int64_t channels = units[u].convs.back().out;
                const std::int64_t squeezed = options.squeezed(channels);
                gates_.push_back({LinearUnit(*this, prefix + ".fc1", channels, squeezed, true, true, outputs),
                                  LinearUnit(*this, prefix + ".fc2", squeezed, channels, false, true, outputs)});
            }
        each_ = options.se == "task" ? tasks : 1;
    }

protected:
    at::Tensor endBranch(std::size_t unit, const at::Tensor &y, std::size_t task) const override
    {
        if (gates_.empty())
            return y;
        const Gate &gate = gates_[unit * each_ + (each_ == 1 ? 0 : task)];
        const at::Tensor open = at::sigmoid(gate.excite(gate.squeeze(y.mean({2, 3})).relu_()));
        return y * open.unsqueeze(-1).unsqueeze(-1).to(y.scalar_type());
    }

private:
    struct Gate
    {
        LinearUnit squeeze;
        LinearUnit excite;
    };

    class Adapted : public TaskMap
    {
    public:
        Adapted(Layer &owner, const ConvOptions &conv, std::size_t tasks, const SeAdapterOptions &options)
            : kernel_(owner, conv, true, KernelUnit::start(conv))
            , norm_(owner, conv.normName, conv.out, tasks, options.norm == "task")
            , isSerial_(options.adapter == "serial")
        {
            for (std::size_t t = 0; t < tasks && options.adapts(conv); ++t)
                adapters_.emplace_back(owner, options.adapterOf(conv, t), true, Init::zeros());
        }

        at::Tensor operator()(const at::Tensor &x, std::size_t task) const override
        {
            at::Tensor y = kernel_(x);
            if (!adapters_.empty())
                y = y + adapters_[task](isSerial_ ? y : x);
            return norm_(y, task);
        }

    private:
        KernelUnit kernel_;
        TaskNorm norm_;
        std::vector<KernelUnit> adapters_;
        bool isSerial_;
    };

    std::vector<Gate> gates_; ///< [unit][task], or one for all tasks
    std::size_t each_ = 1;
};

class SeAdapterStage : public ConditionedStage, public PretrainedBlock
{
public:
    SeAdapterStage()
        : ConditionedStage("basic")
    {
    }

    void params(ParamVisitor &visitor) override
    {
        sizeParams(visitor);
        kindParam(visitor, {"basic", "bottleneck"});
        visitor("adapter", options_.adapter,
                {.help = "Each task's 1×1 adapters: beside the 3×3 kernels, behind them, or none", .choices = {"parallel", "serial", "none"}});
        visitor("se", options_.se, {.help = "Squeeze-and-excitation: one per task, one for all, or none", .choices = {"task", "shared", "none"}});
        visitor("norm", options_.norm, {.help = "Batch normalisation: one per task, or one for all", .choices = {"task", "shared"}});
        visitor("reduction", options_.reduction, {.help = "How many times narrower the squeezed channels are", .min = 1, .max = 256, .advanced = true});
        weightsParams(visitor, "layer1");
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<SeAdapterLayer>(units(spec.inputs.at("in.0").shape), spec.outputs.size(), options_);
    }

protected:
    Cost mapCost(const ConvOptions &conv, std::int64_t pixels, std::int64_t tasks) const override
    {
        const std::int64_t adapter = options_.adapts(conv) ? weightCount(options_.adapterOf(conv, 0)) : 0;
        return {.parameters = weightCount(conv) + tasks * adapter + TaskNorm::parameterCount(conv.out, tasks, options_.norm == "task"),
                .macs = tasks * pixels * (weightCount(conv) + adapter)};
    }

    Cost unitCost(std::int64_t channels, std::int64_t tasks) const override
    {
        if (options_.se == "none")
            return {};
        const std::int64_t weights = 2 * channels * options_.squeezed(channels);
        return {.parameters = (options_.se == "task" ? tasks : 1) * (weights + channels + options_.squeezed(channels)), .macs = tasks * weights};
    }

private:
    SeAdapterOptions options_;
};

const Register<Block, SeAdapterStage> registeredSeAdapterStage{
    Card{.id = "se_adapter_stage",
         .title = "Attentive stage",
         .category = "Conditioning",
         .summary = "Shared residual blocks, run once per task with its own squeeze-and-excitation and adapters.",
         .paper = "Maninis et al., CVPR 2019"}};

} // namespace

} // namespace concord
