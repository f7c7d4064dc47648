// Active dendrites (Iyer et al., "Avoiding Catastrophe: Active Dendrites Enable Multi-Task Learning in Dynamic Environments", Frontiers in Neurorobotics
// 2022): a unit is kWTA((wᵀx + b) · σ(uⱼᵀc)), where j is the dendritic segment with the largest answer to the context c. The paper's formula has the maximum;
// its text and the authors' code take the answer of the largest absolute value with its sign, which is the default here. The context is the one-hot task, as in the paper's
// experiments on ten robot tasks, so that a segment has one number per task; a quarter of the units win and half of the weights are zero as there. Which weights are
// zero follows from the layer's shape alone. k-winners-take-all (Ahmad and Scheinkman, 2019) keeps the k largest values, without boosting.
#include "core/model/columns.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/model/layer.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

struct DendriteOptions
{
    std::vector<std::int64_t> hidden = {};
    std::int64_t segments = 1;
    double active = 0.25;
    double sparsity = 0.5;
    bool absolute = true;
};

std::int64_t winnersOf(std::int64_t units, double active)
{
    return std::clamp<std::int64_t>(std::llround(double(units) * active), 1, units);
}

/// How many weights of a unit with `in` inputs are not zero.
std::int64_t synapsesOf(std::int64_t in, double sparsity)
{
    return std::clamp<std::int64_t>(std::llround(double(in) * (1 - sparsity)), 1, in);
}

class DendriticMlpLayer : public Layer
{
public:
    DendriticMlpLayer(std::int64_t in, std::size_t tasks, const DendriteOptions &options)
        : absolute_(options.absolute)
    {
        double density = 1;   // of what a layer reads
        for (std::size_t i = 0; i < options.hidden.size(); ++i) {
            const std::string name = fmt::format("fc{}", i + 1);
            const std::int64_t out = options.hidden[i];
            DendriticUnits &units = layers_.emplace_back();
            units.winners = winnersOf(out, options.active);
            const std::int64_t synapses = synapsesOf(in, options.sparsity);
            units.weight = &addParameter(name + ".weight", {out, in}, Init::uniform(1 / std::sqrt(density * double(synapses))));
            units.bias = &addParameter(name + ".bias", {out}, Init::zeros());
            if (synapses < in)
                units.mask = &addBuffer(name + ".mask", sparseMask(out, in, synapses, i));
            for (std::size_t t = 0; t < tasks; ++t)
                units.segments.push_back(&addParameter(fmt::format("{}.task{}.segments", name, t), {out, options.segments}, Init::uniform(1 / std::sqrt(double(tasks))), {int(t)}));
            density = double(units.winners) / double(out);
            in = out;
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> result;
        wins_.clear();
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            at::Tensor x = inputs[t];
            for (const DendriticUnits &units : layers_) {
                const at::Tensor weight = units.mask ? *units.weight * *units.mask : *units.weight;
                const at::Tensor y = at::linear(x, weight, *units.bias) * gate(*units.segments[t]);
                const at::Tensor won = winners(y, units.winners);
                x = y * won;
                if (&units == &layers_.back())
                    wins_.push_back(won.to(at::kFloat).mean(0));
            }
            result.push_back(x);
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override { return input == output; }

    /// How alike the units are that win for each two tasks: the cosine of how often each unit of the last layer won.
    std::vector<Probe> probes() const override
    {
        if (wins_.empty())
            return {};
        Probe probe{.name = "common winners", .rows = {}, .columns = {}, .values = {}};
        for (std::size_t t = 0; t < wins_.size(); ++t)
            probe.rows.push_back(fmt::format("task {}", t));
        probe.columns = probe.rows;
        const at::Tensor rates = at::stack(wins_);
        const at::Tensor unit = rates / rates.norm(2, {1}, /*keepdim=*/true);
        probe.values = unit.mm(unit.t());
        return {probe};
    }

private:
    struct DendriticUnits
    {
        at::Tensor *weight = nullptr;
        at::Tensor *bias = nullptr;
        at::Tensor *mask = nullptr;
        std::vector<at::Tensor *> segments = {};   ///< one per task, [units, segments]
        std::int64_t winners = 1;
    };

    /// [units]
    at::Tensor gate(const at::Tensor &segments) const
    {
        const at::Tensor chosen = (absolute_ ? segments.detach().abs() : segments.detach()).argmax(1, /*keepdim=*/true);
        return segments.gather(1, chosen).squeeze(1).sigmoid();
    }

    static at::Tensor winners(const at::Tensor &y, std::int64_t count)
    {
        const at::Tensor values = y.detach();
        return at::zeros_like(values).scatter(1, std::get<1>(values.topk(count, 1)), 1);
    }

    static at::Tensor sparseMask(std::int64_t out, std::int64_t in, std::int64_t synapses, std::size_t layer)
    {
        at::Tensor mask = at::zeros({out, in}, at::kFloat);
        float *values = mask.data_ptr<float>();
        for (std::int64_t unit = 0; unit < out; ++unit) {
            const std::vector<std::int64_t> order = permutation(in, Random(0x64656e6472697465, layer, std::uint64_t(unit)));
            for (std::int64_t s = 0; s < synapses; ++s)
                values[unit * in + order[std::size_t(s)]] = 1;
        }
        return mask;
    }

    bool absolute_;
    std::vector<DendriticUnits> layers_;
    std::vector<at::Tensor> wins_;   ///< one per task: share of samples in which each unit won
};

class DendriticMlp : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("hidden", hidden_, {.help = "Units of each layer, one number per layer", .min = 1, .max = 65536});
        visitor("segments", segments_, {.help = "Dendritic segments of each unit; as many as tasks in the paper", .min = 1, .max = 1024});
        visitor("active", active_, {.help = "Share of a layer's units that win and stay on: 0.25 in the paper's multi-task experiments, 0.05 in its continual ones", .min = 0.001, .max = 1});
        visitor("sparsity", sparsity_, {.help = "Share of each unit's weights that are zero for good", .min = 0, .max = 0.99});
        visitor("selection", selection_, {.help = "The segment that gates a unit: of the largest absolute answer, as in the authors' code, or of the largest", .choices = {"absolute maximum", "maximum"}});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = PortType::vector, .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::vector, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (hidden_.empty())
            throw Error("hidden: expected at least one number, found none");
        std::int64_t in = requireColumns(inputs, repeats, "vector")[0];
        Inference result{.outputs = columnOutputs({hidden_.back()}, repeats, "vector"), .forwards = repeats};
        for (const std::int64_t units : hidden_) {
            result.parameters += (in + 1 + repeats * segments_) * units;
            result.macs += repeats * in * units;
            in = units;
        }
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        const DendriteOptions options{.hidden = hidden_, .segments = segments_, .active = active_, .sparsity = sparsity_, .absolute = selection_ != "maximum"};
        return std::make_shared<DendriticMlpLayer>(spec.inputs.at("in.0").shape[0], spec.outputs.size(), options);
    }

    std::string summary() const override { return fmt::format("{}; {} segments, {:g} % win", paramText(hidden_), segments_, 100 * active_); }

private:
    std::vector<std::int64_t> hidden_ = {256, 256};
    std::int64_t segments_ = 10;
    double active_ = 0.25;
    double sparsity_ = 0.5;
    std::string selection_ = "absolute maximum";
};

const Register<Block, DendriticMlp> registeredDendriticMlp{Card{.id = "dendritic_mlp",
                                                                .title = "Dendritic MLP",
                                                                .category = "Conditioning",
                                                                .summary = "Linear layers whose units each task gates by dendritic segments, and of which only the strongest stay on.",
                                                                .paper = "Iyer et al., Frontiers in Neurorobotics 2022"}};

} // namespace

} // namespace concord
