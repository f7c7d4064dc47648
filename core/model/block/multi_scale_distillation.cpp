// Multi-scale multi-modal distillation of MTI-Net (Vandenhende et al., ECCV 2020, section 3.2): at every scale for itself, a task adds what spatial attention
// lets through of each other task, Fₜ + Σ_{l≠t} σ(W_a ∗ Fₗ) ⊙ (W_f ∗ Fₗ), with convolutions of its own for each pair of tasks and each scale. Then a task's
// scales are joined at the size of the largest (the feature aggregation), or go on as they are. Convolutions have biases; the authors' code has none.
#include "core/base/text.h"
#include "core/model/feature_cost.h"
#include "core/model/layer.h"
#include "core/model/resample.h"

namespace concord {

namespace {

class MultiScaleDistillationLayer : public Layer
{
public:
    MultiScaleDistillationLayer(std::size_t tasks, const std::vector<std::int64_t> &channels, bool joined)
        : tasks_(tasks)
        , joined_(joined)
    {
        for (std::size_t s = 0; s < channels.size(); ++s)
            for (std::size_t l = 0; l < tasks; ++l) {
                std::vector<Pair> &sender = pairs_.emplace_back();
                for (std::size_t t = 0; t < tasks; ++t) {
                    if (t == l)
                        continue;
                    const std::string name = fmt::format("scale{}.task{}.from{}", s + 1, t, l);
                    const std::vector<int> receiver = {int(joined ? t : s * tasks + t)};
                    const std::int64_t c = channels[s];
                    sender.push_back({&addParameter(name + ".weight", {2 * c, c, 3, 3}, Init::he(9 * c, /*rectified=*/false), receiver),
                                      &addParameter(name + ".bias", {2 * c}, Init::zeros(), receiver)});
                }
            }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> refined = inputs;
        for (std::size_t i = 0; tasks_ > 1 && i < inputs.size(); ++i) {
            const std::vector<at::Tensor> messages = at::chunk(sent(inputs[i], pairs_[i]), 2 * std::int64_t(pairs_[i].size()), 1);
            const std::size_t first = i - i % tasks_;
            for (std::size_t n = 0; n < pairs_[i].size(); ++n) {
                at::Tensor &receiver = refined[first + n + (n >= i % tasks_ ? 1 : 0)];
                receiver = receiver + at::sigmoid(messages[2 * n]) * messages[2 * n + 1];
            }
        }
        return joined_ ? aggregated(refined) : refined;
    }

    bool connects(std::size_t input, std::size_t output) const override { return joined_ || input / tasks_ == output / tasks_; }

private:
    /// What one task sends another: the first half of the channels is the attention, the second the features.
    struct Pair
    {
        at::Tensor *weight;
        at::Tensor *bias;
    };

    /// To all receivers by one convolution, which is much faster than many small ones.
    static at::Tensor sent(const at::Tensor &x, const std::vector<Pair> &pairs)
    {
        std::vector<at::Tensor> weights;
        std::vector<at::Tensor> biases;
        for (const Pair &pair : pairs) {
            weights.push_back(*pair.weight);
            biases.push_back(*pair.bias);
        }
        return at::conv2d(x, at::cat(weights), at::cat(biases), 1, 1);
    }

    std::vector<at::Tensor> aggregated(const std::vector<at::Tensor> &refined) const
    {
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < tasks_; ++t) {
            std::vector<at::Tensor> scales;
            for (std::size_t i = t; i < refined.size(); i += tasks_)
                scales.push_back(resizeMap(refined[i], refined[t].size(2), refined[t].size(3)));
            result.push_back(at::cat(scales, 1));
        }
        return result;
    }

    std::size_t tasks_;
    bool joined_;
    std::vector<std::vector<Pair>> pairs_; ///< of each scale and sender, to the other tasks in their order
};

class MultiScaleDistillation : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("scales", scales_, {.help = "Number of scales, the largest first", .min = 1, .max = 8});
        visitor("output", output_,
                {.help = "A task's scales joined at the largest size, or one output for each scale and task", .choices = {"joined", "scales"}});
    }

    std::vector<Port> inputs() const override
    {
        std::vector<Port> result;
        for (std::int64_t s = 1; s <= scales_; ++s)
            result.push_back({.id = scalePort(s), .type = PortType::features, .repeats = true, .label = fmt::format("features of each task at scale {}", s)});
        return result;
    }

    std::vector<Port> outputs() const override
    {
        if (output_ == "joined")
            return {Port{.id = "out", .type = PortType::features, .repeats = true}};
        std::vector<Port> result;
        for (std::int64_t s = 1; s <= scales_; ++s)
            result.push_back({.id = scalePort(s), .type = PortType::features, .repeats = true});
        return result;
    }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        Inference result;
        Shape joined;
        for (std::int64_t s = 1; s <= scales_; ++s) {
            const Shape &shape = requireScale(inputs, s, repeats);
            if (s == 1)
                joined = shape;
            else if (joined[0] += shape[0]; shape[1] > joined[1] || shape[2] > joined[2])
                throw Error("input '{}.0' expected a map no larger than 'scale1.0' ({}×{}), found {}×{}", scalePort(s), joined[1], joined[2], shape[1],
                            shape[2]);
            FeatureCost conv{shape};
            conv.conv(shape[0], 3, 1, 1, /*normed=*/false);
            const std::int64_t convolutions = 2 * std::int64_t(repeats) * (repeats - 1);
            result.parameters += convolutions * conv.parameters;
            result.macs += convolutions * conv.macs;
            if (output_ == "scales")
                for (int t = 0; t < repeats; ++t)
                    result.outputs[fmt::format("{}.{}", scalePort(s), t)] = {.type = PortType::features, .shape = shape};
        }
        if (output_ == "joined")
            for (int t = 0; t < repeats; ++t)
                result.outputs[fmt::format("out.{}", t)] = {.type = PortType::features, .shape = joined};
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        std::vector<std::int64_t> channels;
        for (std::int64_t s = 1; s <= scales_; ++s)
            channels.push_back(spec.inputs.at(scalePort(s) + ".0").shape[0]);
        return std::make_shared<MultiScaleDistillationLayer>(spec.inputs.size() / channels.size(), channels, output_ == "joined");
    }

    std::string summary() const override { return fmt::format("{} scales{}", scales_, output_ == "joined" ? ", joined" : ""); }

private:
    static std::string scalePort(std::int64_t scale) { return fmt::format("scale{}", scale); }

    /// What all tasks have at a scale.
    static const Shape &requireScale(const PortTypes &inputs, std::int64_t scale, int repeats)
    {
        const Shape &first = requireFeatures(inputs, scalePort(scale) + ".0");
        for (int t = 1; t < repeats; ++t) {
            const std::string port = fmt::format("{}.{}", scalePort(scale), t);
            if (const Shape &shape = requireFeatures(inputs, port); shape != first)
                throw Error("input '{}' expected {} as at '{}.0', found {}", port, shapeText(first), scalePort(scale), shapeText(shape));
        }
        return first;
    }

    std::int64_t scales_ = 3;
    std::string output_ = "joined";
};

const Register<Block, MultiScaleDistillation> registeredMultiScaleDistillation{
    Card{.id = "multi_scale_distillation",
         .title = "Multi-scale distillation",
         .category = "Distillation",
         .summary = "At every scale for itself, each task adds what attention lets through of the other tasks.",
         .paper = "Vandenhende et al., ECCV 2020"}};

} // namespace

} // namespace concord
