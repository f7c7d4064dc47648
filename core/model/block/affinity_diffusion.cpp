// Pattern-affinitive propagation (Zhang et al., CVPR 2019): a task's affinity Aₛ compares all pairs of pixels, each row a softmax; a task reads the mixture
// Âₜ = Σₛ αₜₛ Aₛ of all tasks' affinities and spreads its features along it, F ← β Âₜ F + (1 − β) F, some times over. All that is done on maps
// averaged to at most size × size; what diffusion changed there is added at the full size, so that β = 0 is the identity. Differs from the paper:
// α goes through a softmax so that rows of Âₜ stay sums of one, products are scaled as in attention, and there is no loss on the affinities.
#include "core/model/columns.h"
#include "core/model/conv_unit.h"
#include "core/model/resample.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

struct AffinityPlan
{
    std::int64_t channels = 16; ///< of the features that are compared
    std::int64_t size = 16;
    std::int64_t steps = 3;
    double beta = 0.5;
};

class AffinityDiffusionLayer : public Layer
{
public:
    AffinityDiffusionLayer(std::size_t tasks, std::int64_t in, const AffinityPlan &plan)
        : plan_(plan)
    {
        for (std::size_t t = 0; t < tasks; ++t) {
            compare_.emplace_back(
                *this, ConvOptions{.name = fmt::format("task{}.compare", t), .normName = "", .in = in, .out = plan.channels, .activation = Activation::none});
            mixtures_.push_back(&addParameter(fmt::format("task{}.mixture", t), {std::int64_t(tasks)}, Init::zeros(), {int(t)}));
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        const std::int64_t height = inputs[0].size(2);
        const std::int64_t width = inputs[0].size(3);
        std::vector<at::Tensor> small;
        std::vector<at::Tensor> affinities;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            small.push_back(resizeMap(inputs[t], std::min(height, plan_.size), std::min(width, plan_.size)));
            const at::Tensor pixels = compare_[t](small[t]).flatten(2); // [N, channels, P]
            affinities.push_back(at::softmax(at::bmm(pixels.transpose(1, 2), pixels) / std::sqrt(double(plan_.channels)), -1));
        }
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            const at::Tensor spread = diffused(small[t], mixed(affinities, t));
            const bool isWhole = height <= plan_.size && width <= plan_.size;
            result.push_back(isWhole ? spread : inputs[t] + resizeMap(spread - small[t], height, width));
        }
        return result;
    }

    /// What each task reads of the others' affinities.
    std::vector<Probe> probes() const override
    {
        const at::NoGradGuard noGrad;
        Probe probe{.name = "affinity mixture", .rows = {}, .columns = {}, .values = {}};
        std::vector<at::Tensor> rows;
        for (std::size_t t = 0; t < mixtures_.size(); ++t) {
            probe.rows.push_back(fmt::format("task {}", t));
            probe.columns.push_back(fmt::format("affinity {}", t));
            rows.push_back(at::softmax(mixtures_[t]->detach(), 0));
        }
        probe.values = at::stack(rows);
        return {probe};
    }

private:
    at::Tensor mixed(const std::vector<at::Tensor> &affinities, std::size_t task) const
    {
        const at::Tensor shares = at::softmax(*mixtures_[task], 0);
        at::Tensor sum;
        for (std::size_t s = 0; s < affinities.size(); ++s) {
            const at::Tensor part = affinities[s] * shares[std::int64_t(s)];
            sum = sum.defined() ? sum + part : part;
        }
        return sum;
    }

    at::Tensor diffused(const at::Tensor &map, const at::Tensor &affinity) const
    {
        at::Tensor pixels = map.flatten(2);
        for (std::int64_t step = 0; step < plan_.steps; ++step)
            pixels = plan_.beta * at::bmm(pixels, affinity.transpose(1, 2)) + (1 - plan_.beta) * pixels;
        return pixels.view_as(map);
    }

    AffinityPlan plan_;
    std::vector<ConvUnit> compare_;
    std::vector<at::Tensor *> mixtures_; ///< before the softmax
};

class AffinityDiffusion : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", plan_.channels, {.help = "Channels in which pixels are compared", .min = 1, .max = 1024});
        visitor("size", plan_.size,
                {.help = "Longest side of the maps that are compared and spread; larger ones are averaged to it. The cost grows with its fourth power",
                 .unit = "px",
                 .min = 1,
                 .max = 256});
        visitor("steps", plan_.steps, {.help = "How often features are spread", .min = 1, .max = 64});
        visitor("beta", plan_.beta, {.help = "Share of the spread features in each step; 0 keeps them as they are", .min = 0, .max = 1});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = PortType::features, .repeats = true, .label = "features of each task"}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        const Shape &shape = requireColumns(inputs, repeats, "features");
        FeatureCost task{{shape[0], std::min(shape[1], plan_.size), std::min(shape[2], plan_.size)}};
        const std::int64_t pairs = task.shape[1] * task.shape[2] * task.shape[1] * task.shape[2];
        task.conv(plan_.channels, 1, 1, 1, /*normed=*/false);
        return {.outputs = columnOutputs(shape, repeats, "features"),
                .parameters = repeats * (task.parameters + repeats),
                .macs = repeats * (task.macs + pairs * (plan_.channels + repeats + plan_.steps * shape[0]))};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<AffinityDiffusionLayer>(spec.outputs.size(), spec.inputs.at("in.0").shape[0], plan_);
    }

    std::string summary() const override { return fmt::format("{} steps, β {}, up to {}×{}", plan_.steps, paramText(plan_.beta), plan_.size, plan_.size); }

private:
    AffinityPlan plan_;
};

const Register<Block, AffinityDiffusion> registeredAffinityDiffusion{Card{.id = "affinity_diffusion",
                                                                          .title = "Affinity diffusion",
                                                                          .category = "Distillation",
                                                                          .summary = "Spreads each task's features between pixels that the tasks find alike.",
                                                                          .paper = "Zhang et al., CVPR 2019",
                                                                          .claims = {},
                                                                          .fidelity = "reduced architecture"}};

} // namespace

} // namespace concord
