// A stage of task routing (Strezoski et al., ICCV 2019, section 3): a fixed random mask per layer and task decides which units of the shared
// layer the task uses; it lies behind the normalisation and before the ReLU, as in the authors' code. The sharing ratio leads from hard
// sharing (1) to networks that have no unit in common (0). Masks follow from the block's own seed. It runs once per task.
#include "core/base/text.h"
#include "core/model/conditioned_stage.h"
#include "core/model/kernel_unit.h"
#include "core/model/routing_masks.h"
#include "core/model/task_norm.h"

#include <algorithm>

namespace concord {

namespace {

class RoutedLayer : public ConditionedLayer
{
public:
    /// The shortcut of a residual stage passes a unit on only where all its blocks use it: their ends have one mask in common.
    RoutedLayer(const std::vector<StageUnit> &units, std::size_t tasks, const RoutingRule &rule, bool areMaps, bool normOfEachTask)
    {
        std::uint64_t number = 0;
        const auto draw = [&](const std::string &name, std::int64_t channels) {
            const std::vector<std::vector<bool>> masks = drawRoutingMasks(rule, number++, channels, std::int64_t(tasks));
            at::Tensor values = at::zeros({std::int64_t(tasks), channels});
            float *value = values.data_ptr<float>();
            for (const std::vector<bool> &mask : masks)
                value = std::ranges::copy(mask, value).out;
            return &addBuffer(name, areMaps ? values.view({std::int64_t(tasks), channels, 1, 1}) : values);
        };
        if (units.front().isResidual)
            end_ = draw("mask", units.front().convs.back().out);
        addUnits(units, [&](const ConvOptions &conv) {
            const bool isInside = conv.activation == Activation::relu;
            return std::make_unique<Routed>(*this, conv, tasks, areMaps, normOfEachTask, isInside ? draw(conv.name + ".mask", conv.out) : nullptr);
        });
    }

protected:
    at::Tensor endUnit(const at::Tensor &y, std::size_t task) const override { return end_ ? masked(y, *end_, task) : y; }

private:
    static at::Tensor masked(const at::Tensor &y, const at::Tensor &masks, std::size_t task) { return y * masks[std::int64_t(task)].to(y.scalar_type()); }

    class Routed : public TaskMap
    {
    public:
        Routed(Layer &owner, const ConvOptions &conv, std::size_t tasks, bool isMap, bool normOfEachTask, const at::Tensor *masks)
            : kernel_(owner, conv, isMap, KernelUnit::start(conv))
            , norm_(owner, conv.normName, conv.out, tasks, normOfEachTask)
            , masks_(masks)
        {
        }

        at::Tensor operator()(const at::Tensor &x, std::size_t task) const override
        {
            const at::Tensor y = norm_(kernel_(x), task);
            return masks_ ? masked(y, *masks_, task) : y;
        }

    private:
        KernelUnit kernel_;
        TaskNorm norm_;
        const at::Tensor *masks_; ///< null: the unit's end is masked
    };

    const at::Tensor *end_ = nullptr;
};

class RoutedStage : public ConditionedStage
{
public:
    RoutedStage()
        : ConditionedStage("plain")
    {
    }

    void params(ParamVisitor &visitor) override
    {
        sizeParams(visitor);
        kindParam(visitor, {"plain", "basic", "bottleneck"});
        visitor("sharing", sharing_, {.help = "Share of the units that all tasks use: 1 is hard sharing, 0 separate networks", .min = 0, .max = 1});
        visitor("rule", rule_,
                {.help = "What becomes of the other units: each belongs to one task, or every task draws its share of all units by itself",
                 .choices = {"split", "independent"}});
        visitor("seed", seed_, {.help = "Decides the masks; give each stage its own", .min = 0, .max = 1e9});
        visitor("norm", norm_, {.help = "Batch normalisation: one for all tasks, or one per task", .choices = {"shared", "task"}});
        typeParam(visitor);
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<RoutedLayer>(units(spec.inputs.at("in.0").shape), spec.outputs.size(), rule(), areMaps(), norm_ == "task");
    }

    std::string summary() const override { return fmt::format("{}, σ {}", ConditionedStage::summary(), paramText(sharing_)); }

protected:
    /// A map of no units would be no network.
    Cost mapCost(const ConvOptions &conv, std::int64_t pixels, std::int64_t tasks) const override
    {
        if (rule().isSplit && sharedUnits(rule(), conv.out) == 0 && conv.out < tasks)
            throw Error("channels: expected at least one for each of {} tasks where none is shared, found {}", tasks, conv.out);
        return {.parameters = weightCount(conv) + TaskNorm::parameterCount(conv.out, tasks, norm_ == "task"), .macs = tasks * pixels * weightCount(conv)};
    }

private:
    RoutingRule rule() const { return {.sharing = sharing_, .isSplit = rule_ == "split", .seed = std::uint64_t(seed_)}; }

    double sharing_ = 0.5;
    std::string rule_ = "split";
    std::int64_t seed_ = 1;
    std::string norm_ = "shared";
};

const Register<Block, RoutedStage> registeredRoutedStage{Card{.id = "routed_stage",
                                                              .title = "Routed stage",
                                                              .category = "Conditioning",
                                                              .summary = "Shared layers of which each task uses the units that a fixed random mask gives it.",
                                                              .paper = "Strezoski et al., ICCV 2019"}};

} // namespace

} // namespace concord
