// Deformable mixer of DeMT (Xu et al., AAAI 2023, section 3.1): for each task by itself, a 1×1 convolution mixes channels (GELU, batch norm), then
// a deformable convolution mixes places (GELU, batch norm) and is added. The authors' code has deformable 1×1 kernels with offsets of each channel's
// own: kernel 1 and as many groups as channels; its offsets start from absolute positions and learn ten times slower, here they start at zero.
#include "core/base/text.h"
#include "core/model/columns.h"
#include "core/model/conv_unit.h"
#include "core/model/deformable_unit.h"

namespace concord {

namespace {

struct MixerOptions
{
    std::int64_t tasks = 1;
    std::int64_t in = 1;
    std::int64_t channels = 1;
    std::int64_t depth = 1;
    std::int64_t kernel = 3;
    std::int64_t groups = 1;

    DeformableOptions deformable() const { return {.in = channels, .out = channels, .kernel = kernel, .groups = groups}; }
};

class DeformableMixerLayer : public Layer
{
public:
    explicit DeformableMixerLayer(const MixerOptions &o)
        : depth_(std::size_t(o.depth))
    {
        for (std::int64_t t = 0; t < o.tasks; ++t)
            for (std::int64_t d = 0; d < o.depth; ++d) {
                const std::string prefix = fmt::format("task{}.{}", t, d);
                const std::vector<int> outputs = {int(t)};
                DeformableOptions place = o.deformable();
                place.prefix = prefix + ".place";
                place.outputs = outputs;
                units_.push_back({.mix = ConvUnit(*this, {.name = prefix + ".mix",
                                                          .normName = "",
                                                          .in = d == 0 ? o.in : o.channels,
                                                          .out = o.channels,
                                                          .activation = Activation::gelu,
                                                          .outputs = outputs}),
                                  .mixNorm = NormUnit(*this, prefix + ".mix_bn", o.channels, outputs),
                                  .place = DeformableUnit(*this, place),
                                  .placeNorm = NormUnit(*this, prefix + ".place_bn", o.channels, outputs)});
            }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            at::Tensor x = inputs[t];
            for (std::size_t d = 0; d < depth_; ++d) {
                const Unit &unit = units_[t * depth_ + d];
                x = unit.mixNorm(unit.mix(x));
                x = x + unit.placeNorm(at::gelu(unit.place(x)));
            }
            result.push_back(x);
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override { return input == output; }

private:
    struct Unit
    {
        ConvUnit mix;
        NormUnit mixNorm;
        DeformableUnit place;
        NormUnit placeNorm;
    };
    std::size_t depth_;
    std::vector<Unit> units_; ///< task by task
};

class DeformableMixer : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of each task's output", .min = 1, .max = 8192});
        visitor("depth", depth_, {.help = "Mixers behind one another, each task's own", .min = 1, .max = 16});
        visitor("kernel", kernel_, {.help = "Side of the deformable convolution's kernel; odd", .min = 1, .max = 7});
        visitor("groups", groups_, {.help = "Groups of channels with offsets of their own; divides the channels", .min = 1, .max = 1024});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = PortType::features, .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        const Shape &in = requireColumns(inputs, repeats, "features");
        if (kernel_ % 2 == 0)
            throw Error("kernel: expected an odd number, found {}", kernel_);
        if (channels_ % groups_ != 0)
            throw Error("groups: expected a number that divides the {} channels, found {}", channels_, groups_);
        const DeformableOptions deformable = options(in[0], repeats).deformable();
        FeatureCost cost{in};
        for (std::int64_t d = 0; d < depth_; ++d) {
            cost.conv(channels_, 1, 1, 1, /*normed=*/false);
            cost.parameters += DeformableUnit::parameterCount(deformable) + 4 * channels_;
            cost.macs += DeformableUnit::macs(deformable, in[1] * in[2]);
        }
        return {.outputs = columnOutputs(cost.shape, repeats, "features"), .parameters = repeats * cost.parameters, .macs = repeats * cost.macs};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<DeformableMixerLayer>(options(spec.inputs.at("in.0").shape[0], std::int64_t(spec.outputs.size())));
    }

    std::string summary() const override { return fmt::format("{0} channels, deformable {1}×{1}", channels_, kernel_); }

private:
    MixerOptions options(std::int64_t in, std::int64_t tasks) const
    {
        return {.tasks = tasks, .in = in, .channels = channels_, .depth = depth_, .kernel = kernel_, .groups = groups_};
    }

    std::int64_t channels_ = 32;
    std::int64_t depth_ = 1;
    std::int64_t kernel_ = 3;
    std::int64_t groups_ = 1;
};

const Register<Block, DeformableMixer> registeredDeformableMixer{Card{.id = "deformable_mixer",
                                                                      .title = "Deformable mixer",
                                                                      .category = "Distillation",
                                                                      .summary = "Mixes each task's channels, then its places by a deformable convolution.",
                                                                      .paper = "Xu et al., AAAI 2023"}};

} // namespace

} // namespace concord
