// Convolutions one after the other: the plain encoder, and the stem of a ResNet with channels 64, kernel 7, strides 2.
#include "core/base/text.h"
#include "core/model/chain_block.h"
#include "core/model/conv_unit.h"
#include "core/model/linear_chain.h"
#include "core/model/pretrained.h"

#include <algorithm>

namespace concord {

namespace {

class ConvStackLayer : public Layer
{
public:
    ConvStackLayer(std::int64_t in, const std::vector<std::int64_t> &channels, const std::vector<std::int64_t> &strides, std::int64_t kernel,
                   bool normed, Activation activation, double dropout)
        : dropout_(dropout)
        , pointwise_(kernel == 1 && !normed && activation == Activation::relu && std::ranges::all_of(strides, [](std::int64_t stride) { return stride == 1; }))
    {
        for (std::size_t i = 0; i < channels.size(); ++i) {
            convs_.emplace_back(*this, ConvOptions{.name = fmt::format("conv{}", i + 1),
                                                   .normName = normed ? fmt::format("bn{}", i + 1) : std::string(),
                                                   .in = in,
                                                   .out = channels[i],
                                                   .kernel = kernel,
                                                   .stride = strides[i],
                                                   .activation = activation});
            in = channels[i];
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        at::Tensor x = inputs[0];
        chain_.keep(chain_.keeps());
        keepPixels(x);
        for (const ConvUnit &conv : convs_) {
            x = dropout(conv(x), dropout_);
            keepPixels(x);
        }
        return {x};
    }

    /// 1×1 convolutions are linear maps of pixels.
    bool canBackwardMany() const override { return pointwise_; }
    void keepForMany(bool keep) override { chain_.keep(keep); }

    at::Tensor backwardMany(const at::Tensor &outputGrads, at::Tensor &gramian, bool inputGradNeeded) override
    {
        const at::NoGradGuard noGrad;
        std::vector<at::Tensor> weights;
        for (const ConvUnit &conv : convs_)
            weights.push_back(conv.weight().flatten(1));
        const std::int64_t tasks = outputGrads.size(0);
        const at::Tensor pixels = outputGrads.permute({0, 1, 3, 4, 2});
        const at::Tensor grads = pixels.reshape({tasks, -1, outputGrads.size(2)});
        const at::Tensor found = chain_.backwardMany(weights, grads, isTraining() ? 1 / (1 - dropout_) : 1, gramian, inputGradNeeded);
        if (!found.defined())
            return found;
        return found.view({tasks, pixels.size(1), pixels.size(2), pixels.size(3), -1}).permute({0, 1, 4, 2, 3});
    }

private:
    void keepPixels(const at::Tensor &x)
    {
        if (chain_.keeps())
            chain_.push(x.detach().permute({0, 2, 3, 1}).reshape({-1, x.size(1)}));
    }

    std::vector<ConvUnit> convs_;
    double dropout_;
    bool pointwise_;
    LinearChain chain_;
};

class ConvStack : public ChainBlock, public PretrainedBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of each convolution, one number per convolution", .min = 1, .max = 8192});
        visitor("kernel", kernel_, {.help = "Side of the square kernels", .unit = "px", .min = 1, .max = 15});
        visitor("strides", strides_, {.help = "Stride of each convolution; those not listed have 1", .min = 1, .max = 16});
        visitor("norm", norm_, {.help = "Normalisation behind each convolution", .choices = {"batch", "none"}});
        visitor("activation", activation_, {.help = "Function behind each convolution", .choices = {"relu", "gelu", "none"}});
        visitor("dropout", dropout_, {.help = "Share of values set to zero behind each convolution while training", .min = 0, .max = 0.95});
        weightsParams(visitor, "stem");
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        if (channels_.empty())
            throw Error("channels: expected at least one number, found none");
        if (strides_.size() > channels_.size())
            throw Error("strides: expected at most {} for {} convolutions, found {}", channels_.size(), channels_.size(), strides_.size());
        FeatureCost cost{requireFeatures(inputs, "in")};
        const std::vector<std::int64_t> strides = allStrides();
        for (std::size_t i = 0; i < channels_.size(); ++i)
            cost.conv(channels_[i], kernel_, strides[i], 1, norm_ == "batch");
        return cost.inference();
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<ConvStackLayer>(inputShape(spec)[0], channels_, allStrides(), kernel_, norm_ == "batch", activation(activation_), dropout_);
    }

    std::string summary() const override { return fmt::format("{} channels, {}×{}", paramText(channels_), kernel_, kernel_); }

private:
    std::vector<std::int64_t> allStrides() const
    {
        std::vector<std::int64_t> result = strides_;
        result.resize(channels_.size(), 1);
        return result;
    }

    std::vector<std::int64_t> channels_ = {32};
    std::int64_t kernel_ = 3;
    std::vector<std::int64_t> strides_ = {1};
    std::string norm_ = "batch";
    std::string activation_ = "relu";
    double dropout_ = 0;
};

const Register<Block, ConvStack> registeredConvStack{Card{.id = "conv_stack",
                                                          .title = "Convolution stack",
                                                          .category = "Encoders",
                                                          .summary = "Convolutions with batch normalisation and activation, one after the other."}};

} // namespace

} // namespace concord
