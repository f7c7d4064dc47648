// Feature propagation module of MTI-Net (Vandenhende et al., ECCV 2020, section 3.3), from one scale to the next finer one: residual blocks turn the joined
// features of all tasks into one score per task, channel and pixel, and their softmax over tasks mixes the tasks; a residual block reduces the mixture to
// shared features of one task's width; each task adds them, channel by channel gated by squeeze and excitation, to its own. With the backbone's features of the
// finer scale linked, a task's output is those and its own brought to their size, joined. Differs from the authors' code, which groups joined channels in the
// order of memory for its softmax, so that mostly channels of one task compete; here it is the tasks, as the paper says.
#include "core/base/text.h"
#include "core/model/columns.h"
#include "core/model/linear_unit.h"
#include "core/model/resample.h"
#include "core/model/residual_unit.h"

#include <algorithm>
#include <array>

namespace concord {

namespace {

/// What the layer and its cost are both made from.
struct PropagationPlan
{
    std::int64_t tasks = 1;
    std::int64_t channels = 1;
    std::int64_t reduction = 16;

    std::int64_t joined() const { return tasks * channels; }
    std::int64_t hidden() const { return std::max<std::int64_t>(1, joined() / 4); }
    std::int64_t squeezed() const { return std::max<std::int64_t>(1, channels / reduction); }

    ResidualOptions entry() const { return {.in = joined(), .out = hidden()}; }
    ResidualOptions reduce() const { return {.in = joined(), .out = channels}; }
};

class FeaturePropagationLayer : public Layer
{
public:
    explicit FeaturePropagationLayer(const PropagationPlan &plan)
        : tasks_(plan.tasks)
        , scores_{ResidualUnit(*this, "scores.0", plan.entry()), ResidualUnit(*this, "scores.1", plan.entry().next())}
        , score_(*this, {.name = "scores.2", .normName = "", .in = plan.hidden(), .out = plan.joined(), .activation = Activation::none})
        , reduce_(*this, "reduce", plan.reduce())
    {
        for (int t = 0; t < tasks_; ++t) {
            squeeze_.emplace_back(*this, fmt::format("task{}.squeeze", t), plan.channels, plan.squeezed(), /*rectified=*/true, /*bias=*/true,
                                  std::vector<int>{t});
            excite_.emplace_back(*this, fmt::format("task{}.excite", t), plan.squeezed(), plan.channels, /*rectified=*/false, /*bias=*/true,
                                 std::vector<int>{t});
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        const std::vector<at::Tensor> columns(inputs.begin(), inputs.begin() + tasks_);
        const at::Tensor scores = score_(scores_[1](scores_[0](at::cat(columns, 1))));
        const at::Tensor weights = at::softmax(at::stack(at::chunk(scores, tasks_, 1), 1), 1); // [N, T, C, H, W]
        const at::Tensor mixture = (weights * at::stack(columns, 1)).flatten(1, 2);
        const at::Tensor shared = reduce_(mixture);
        const at::Tensor means = shared.mean({2, 3});
        const at::Tensor finer = inputs[std::size_t(tasks_)];
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < columns.size(); ++t) {
            const at::Tensor gate = at::sigmoid(excite_[t](at::relu(squeeze_[t](means))));
            const at::Tensor own = columns[t] + shared * gate.unsqueeze(-1).unsqueeze(-1);
            result.push_back(finer.defined() ? at::cat({finer, resizeMap(own, finer.size(2), finer.size(3))}, 1) : own);
        }
        return result;
    }

private:
    std::int64_t tasks_;
    std::array<ResidualUnit, 2> scores_;
    ConvUnit score_;
    ResidualUnit reduce_;
    std::vector<LinearUnit> squeeze_;
    std::vector<LinearUnit> excite_;
};

class FeaturePropagation : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("reduction", reduction_,
                {.help = "How many times fewer values than channels each task's gate is squeezed to", .min = 1, .max = 1024, .advanced = true});
    }

    std::vector<Port> inputs() const override
    {
        return {Port{.id = "in", .type = PortType::features, .repeats = true, .label = "features of each task at the coarser scale"},
                Port{.id = "finer", .type = PortType::features, .optional = true, .label = "features of the backbone at the finer scale"}};
    }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        const Shape &shape = requireColumns(inputs, repeats, "features");
        const PropagationPlan plan = this->plan(repeats, shape[0]);
        FeatureCost scores{{plan.joined(), shape[1], shape[2]}};
        FeatureCost reduce = scores;
        addResidual(scores, plan.entry());
        addResidual(scores, plan.entry().next());
        scores.conv(plan.joined(), 1, 1, 1, /*normed=*/false);
        addResidual(reduce, plan.reduce());
        scores.add(reduce);
        const std::int64_t gate = 2 * plan.squeezed() * plan.channels;
        Shape out = shape;
        if (inputs.contains("finer")) {
            const Shape &finer = requireFeatures(inputs, "finer");
            if (finer[1] < shape[1] || finer[2] < shape[2])
                throw Error("input 'finer' expected a map of at least {}×{} as at 'in.0', found {}", shape[1], shape[2], shapeText(finer));
            out = {finer[0] + shape[0], finer[1], finer[2]};
        }
        return {.outputs = columnOutputs(out, repeats, "features"),
                .parameters = scores.parameters + repeats * (gate + plan.squeezed() + plan.channels),
                .macs = scores.macs + repeats * gate};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<FeaturePropagationLayer>(plan(std::int64_t(spec.outputs.size()), spec.inputs.at("in.0").shape[0]));
    }

    std::string summary() const override { return "coarse to fine"; }

private:
    PropagationPlan plan(std::int64_t tasks, std::int64_t channels) const { return {.tasks = tasks, .channels = channels, .reduction = reduction_}; }

    std::int64_t reduction_ = 16;
};

const Register<Block, FeaturePropagation> registeredFeaturePropagation{Card{.id = "feature_propagation",
                                                                            .title = "Feature propagation",
                                                                            .category = "Distillation",
                                                                            .summary = "Hands what the tasks found at a coarse scale on to the next finer one.",
                                                                            .paper = "Vandenhende et al., ECCV 2020"}};

} // namespace

} // namespace concord
