// 3×3 convolutions followed by bilinear upsampling, towards predictions at full size.
#include "core/model/chain_block.h"
#include "core/model/conv_unit.h"
#include "core/model/resample.h"

namespace concord {

namespace {

class DenseDecoderLayer : public Layer
{
public:
    DenseDecoderLayer(std::int64_t in, std::int64_t channels, std::int64_t depth, int factor)
        : factor_(factor)
    {
        for (std::int64_t i = 1; i <= depth; ++i) {
            convs_.emplace_back(
                *this, ConvOptions{.name = fmt::format("conv{}", i), .normName = fmt::format("bn{}", i), .in = in, .out = channels, .kernel = 3});
            in = channels;
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        at::Tensor x = inputs[0];
        for (const ConvUnit &conv : convs_)
            x = conv(x);
        return {deferred_ || factor_ == 1 ? x : upsampleBilinear(x, factor_)};
    }

    int trailingUpsample() const override { return factor_ > 1 ? factor_ : 0; }
    void setUpsampleDeferred(bool deferred) override { deferred_ = deferred; }

private:
    std::vector<ConvUnit> convs_;
    int factor_;
    bool deferred_ = false;
};

class DenseDecoder : public ChainBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of each convolution", .min = 1, .max = 8192});
        visitor("depth", depth_, {.help = "Number of 3×3 convolutions", .min = 1, .max = 32});
        visitor("upsample", upsample_, {.help = "How many times larger the output is than the input (bilinear)", .min = 1, .max = 64});
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        FeatureCost cost{requireFeatures(inputs, "in")};
        for (std::int64_t i = 0; i < depth_; ++i)
            cost.conv(channels_, 3);
        cost.upsample(upsample_);
        return cost.inference();
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<DenseDecoderLayer>(inputShape(spec)[0], channels_, depth_, int(upsample_));
    }

    std::string summary() const override { return fmt::format("{} channels, bilinear ×{}", channels_, upsample_); }

private:
    std::int64_t channels_ = 64;
    std::int64_t depth_ = 1;
    std::int64_t upsample_ = 4;
};

const Register<Block, DenseDecoder> registeredDenseDecoder{Card{.id = "dense_decoder",
                                                                .title = "Dense decoder",
                                                                .category = "Decoders",
                                                                .summary = "Convolutions and bilinear upsampling towards one value per pixel."}};

} // namespace

} // namespace concord
