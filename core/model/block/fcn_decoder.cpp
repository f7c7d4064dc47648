// The skip architecture of fully convolutional networks (Long et al., CVPR 2015, section 4.2): a 1×1 convolution scores each level, and from the
// coarsest on scores are made larger and added to those of the next finer level. Upsampling is bilinear, where the paper learns it from that start.
#include "core/model/conv_unit.h"
#include "core/model/pyramid_decoder.h"
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

class FcnDecoder : public PyramidDecoder
{
public:
    FcnDecoder()
        : PyramidDecoder(/*upsample=*/1)
    {
    }

    void params(ParamVisitor &visitor) override { sizeParams(visitor, "Channels of each level's scores and of the output"); }

protected:
    void addLevel(FeatureCost &level) const override
    {
        level.conv(channels(), 1, 1, 1, /*normed=*/false);
    }

    std::shared_ptr<Layer> makeLayer(const std::vector<std::int64_t> &in) const override { return std::make_shared<FcnDecoderLayer>(in, channels(), upsample()); }
};

const Register<Block, FcnDecoder> registeredFcnDecoder{Card{.id = "fcn_decoder",
                                                            .title = "FCN decoder",
                                                            .category = "Decoders",
                                                            .summary = "Scores of coarse features, refined by adding those of finer levels.",
                                                            .paper = "Long et al., CVPR 2015"}};

} // namespace

} // namespace concord
