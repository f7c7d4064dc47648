// One stage of a ResNet: `blocks` residual blocks, the first with the stride. Kernels, order and names are torchvision's.
#include "core/model/chain_block.h"
#include "core/model/conv_unit.h"

namespace concord {

namespace {

struct ResidualOptions
{
    std::int64_t in = 1;
    std::int64_t out = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    bool bottleneck = false;

    bool projects() const { return stride != 1 || in != out; }
};

class ResidualUnit
{
public:
    ResidualUnit(Layer &owner, const std::string &prefix, const ResidualOptions &o)
    {
        const auto add = [&](std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride, bool last) {
            const std::size_t number = convs_.size() + 1;
            convs_.emplace_back(owner, ConvOptions{.name = fmt::format("{}.conv{}", prefix, number),
                                                   .normName = fmt::format("{}.bn{}", prefix, number),
                                                   .in = in,
                                                   .out = out,
                                                   .kernel = kernel,
                                                   .stride = stride,
                                                   .dilation = kernel > 1 ? o.dilation : 1,
                                                   .activation = last ? Activation::none : Activation::relu});
        };
        if (o.bottleneck) {
            add(o.in, o.out / 4, 1, 1, false);
            add(o.out / 4, o.out / 4, 3, o.stride, false);
            add(o.out / 4, o.out, 1, 1, true);
        } else {
            add(o.in, o.out, 3, o.stride, false);
            add(o.out, o.out, 3, 1, true);
        }
        if (o.projects())
            shortcut_.emplace(owner, ConvOptions{.name = prefix + ".downsample.0",
                                                 .normName = prefix + ".downsample.1",
                                                 .in = o.in,
                                                 .out = o.out,
                                                 .stride = o.stride,
                                                 .activation = Activation::none});
    }

    at::Tensor operator()(const at::Tensor &x) const
    {
        at::Tensor y = x;
        for (const ConvUnit &conv : convs_)
            y = conv(y);
        return (y + (shortcut_ ? (*shortcut_)(x) : x)).relu_();
    }

private:
    std::vector<ConvUnit> convs_;
    std::optional<ConvUnit> shortcut_;
};

class ResidualStageLayer : public Layer
{
public:
    ResidualStageLayer(ResidualOptions options, std::int64_t blocks, double dropout)
        : dropout_(dropout)
    {
        for (std::int64_t i = 0; i < blocks; ++i) {
            units_.emplace_back(*this, std::to_string(i), options);
            options.in = options.out;
            options.stride = 1;
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        at::Tensor x = inputs[0];
        for (const ResidualUnit &unit : units_)
            x = dropout(unit(x), dropout_);
        return {x};
    }

private:
    std::vector<ResidualUnit> units_;
    double dropout_;
};

class ResidualStage : public ChainBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of the output; a bottleneck works on a quarter of them inside", .min = 1, .max = 8192});
        visitor("blocks", blocks_, {.help = "Number of residual blocks", .min = 1, .max = 64});
        visitor("stride", stride_, {.help = "Stride of the first block", .min = 1, .max = 16});
        visitor("kind", kind_, {.help = "Two 3×3 convolutions per block (basic), or 1×1, 3×3, 1×1 (bottleneck)", .choices = {"basic", "bottleneck"}});
        visitor("dilation", dilation_, {.help = "Distance between the taps of the 3×3 kernels", .unit = "px", .min = 1, .max = 64, .advanced = true});
        visitor("dropout", dropout_, {.help = "Share of values set to zero behind each block while training", .min = 0, .max = 0.95, .advanced = true});
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        const bool bottleneck = kind_ == "bottleneck";
        if (bottleneck && channels_ % 4 != 0)
            throw Error("channels: expected a multiple of 4 for bottleneck blocks, found {}", channels_);
        FeatureCost cost{requireFeatures(inputs, "in")};
        ResidualOptions o = options(cost.shape[0]);
        for (std::int64_t i = 0; i < blocks_; ++i) {
            if (o.projects()) {
                FeatureCost shortcut{cost.shape};
                shortcut.conv(o.out, 1, o.stride);
                cost.add(shortcut);
            }
            if (bottleneck) {
                cost.conv(o.out / 4, 1);
                cost.conv(o.out / 4, 3, o.stride, o.dilation);
                cost.conv(o.out, 1);
            } else {
                cost.conv(o.out, 3, o.stride, o.dilation);
                cost.conv(o.out, 3, 1, o.dilation);
            }
            o.in = o.out;
            o.stride = 1;
        }
        return cost.inference();
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<ResidualStageLayer>(options(inputShape(spec)[0]), blocks_, dropout_);
    }

    std::string summary() const override { return fmt::format("{} {} blocks, {} channels", blocks_, kind_, channels_); }

private:
    ResidualOptions options(std::int64_t in) const
    {
        return {.in = in, .out = channels_, .stride = stride_, .dilation = dilation_, .bottleneck = kind_ == "bottleneck"};
    }

    std::int64_t channels_ = 64;
    std::int64_t blocks_ = 2;
    std::int64_t stride_ = 1;
    std::string kind_ = "basic";
    std::int64_t dilation_ = 1;
    double dropout_ = 0;
};

const Register<Block, ResidualStage> registeredResidualStage{Card{.id = "residual_stage",
                                                                  .title = "Residual stage",
                                                                  .category = "Encoders",
                                                                  .summary = "Blocks of convolutions whose input is added to their output.",
                                                                  .paper = "He et al., CVPR 2016"}};

} // namespace

} // namespace concord
