// The skip architecture of fully convolutional networks (Long et al., CVPR 2015, section 4.2): a 1×1 convolution scores each level, and from the
// coarsest on scores are made larger and added to those of the next finer level. Upsampling is bilinear, where the paper learns it from that start.
#include "core/base/text.h"
#include "core/model/conv_unit.h"
#include "core/model/feature_cost.h"
#include "core/model/resample.h"

namespace concord {

namespace {

class FcnDecoderLayer : public Layer
{
public:
    FcnDecoderLayer(const std::vector<std::int64_t> &in, std::int64_t channels, int factor)
        : factor_(factor)
    {
        for (std::size_t i = 0; i < in.size(); ++i)
            scores_.emplace_back(*this, ConvOptions{.name = fmt::format("score{}", i), .normName = "", .in = in[i], .out = channels, .activation = Activation::none});
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        at::Tensor sum;
        for (std::size_t i = inputs.size(); i-- > 0;) {
            const at::Tensor own = scores_[i](inputs[i]);
            sum = sum.defined() ? own + resizeMap(sum, own.size(2), own.size(3)) : own;
        }
        return {deferred_ || factor_ == 1 ? sum : upsampleBilinear(sum, factor_)};
    }

    int trailingUpsample() const override { return factor_ > 1 ? factor_ : 0; }
    void setUpsampleDeferred(bool deferred) override { deferred_ = deferred; }

private:
    std::vector<ConvUnit> scores_;
    int factor_;
    bool deferred_ = false;
};

class FcnDecoder : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of each level's scores and of the output", .min = 1, .max = 8192});
        visitor("upsample", upsample_, {.help = "How many times larger the output is than the largest level (bilinear)", .min = 1, .max = 64});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = PortType::features, .repeats = true, .label = "levels, the largest first"}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (repeats < 1)
            throw Error("input 'in' expected at least one link, found none");
        FeatureCost total{requireFeatures(inputs, "in.0")};
        for (int i = 0; i < repeats; ++i) {
            const std::string port = fmt::format("in.{}", i);
            FeatureCost level{requireFeatures(inputs, port)};
            if (i > 0) {
                const Shape &before = inputs.at(fmt::format("in.{}", i - 1)).shape;
                if (level.shape[1] > before[1] || level.shape[2] > before[2])
                    throw Error("input '{}' expected a map no larger than 'in.{}' ({}), found {}", port, i - 1, shapeText(before), shapeText(level.shape));
            }
            level.conv(channels_, 1, 1, 1, /*normed=*/false);
            total.add(level);
        }
        total.shape[0] = channels_;
        total.upsample(upsample_);
        return total.inference();
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        std::vector<std::int64_t> in;
        for (std::size_t i = 0; i < spec.inputs.size(); ++i)
            in.push_back(spec.inputs.at(fmt::format("in.{}", i)).shape[0]);
        return std::make_shared<FcnDecoderLayer>(in, channels_, int(upsample_));
    }

    std::string summary() const override { return fmt::format("{} channels, bilinear ×{}", channels_, upsample_); }

private:
    std::int64_t channels_ = 64;
    std::int64_t upsample_ = 1;
};

const Register<Block, FcnDecoder> registeredFcnDecoder{Card{.id = "fcn_decoder",
                                                            .title = "FCN decoder",
                                                            .category = "Decoders",
                                                            .summary = "Scores of coarse features, refined by adding those of finer levels.",
                                                            .paper = "Long et al., CVPR 2015"}};

} // namespace

} // namespace concord
