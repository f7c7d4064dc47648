// A feature pyramid (Lin et al., CVPR 2017) as a decoder for dense predictions (Kirillov et al., CVPR 2019): 1×1 convolutions bring all levels to
// the same channels, each level adds the one below it, a 3×3 convolution smooths each, and their sum at the largest level's size is the output.
// Differs from Kirillov et al., who take one convolution for each doubling of a level.
#include "core/model/conv_unit.h"
#include "core/model/pyramid_decoder.h"
#include "core/model/resample.h"

namespace concord {

namespace {

class FpnDecoderLayer : public Layer
{
public:
    FpnDecoderLayer(const std::vector<std::int64_t> &in, std::int64_t channels, int factor)
        : factor_(factor)
    {
        for (std::size_t i = 0; i < in.size(); ++i) {
            lateral_.emplace_back(*this, ConvOptions{.name = fmt::format("lateral{}", i), .normName = "", .in = in[i], .out = channels, .activation = Activation::none});
            smooth_.emplace_back(*this, ConvOptions{.name = fmt::format("smooth{}.0", i), .normName = fmt::format("smooth{}.1", i), .in = channels, .out = channels, .kernel = 3});
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        at::Tensor above, sum;
        for (std::size_t i = inputs.size(); i-- > 0;) {
            const at::Tensor own = lateral_[i](inputs[i]);
            above = above.defined() ? own + resizeMap(above, own.size(2), own.size(3)) : own;
            const at::Tensor part = resizeMap(smooth_[i](above), inputs[0].size(2), inputs[0].size(3));
            sum = sum.defined() ? sum + part : part;
        }
        return {deferred_ || factor_ == 1 ? sum : upsampleBilinear(sum, factor_)};
    }

    int trailingUpsample() const override { return factor_ > 1 ? factor_ : 0; }
    void setUpsampleDeferred(bool deferred) override { deferred_ = deferred; }

private:
    std::vector<ConvUnit> lateral_;
    std::vector<ConvUnit> smooth_;
    int factor_;
    bool deferred_ = false;
};

class FpnDecoder : public PyramidDecoder
{
public:
    FpnDecoder()
        : PyramidDecoder(/*upsample=*/4)
    {
    }

    void params(ParamVisitor &visitor) override { sizeParams(visitor, "Channels of all levels and of the output"); }

protected:
    void addLevel(FeatureCost &level) const override
    {
        level.conv(channels(), 1, 1, 1, /*normed=*/false);
        level.conv(channels(), 3);
    }

    std::shared_ptr<Layer> makeLayer(const std::vector<std::int64_t> &in) const override { return std::make_shared<FpnDecoderLayer>(in, channels(), upsample()); }
};

const Register<Block, FpnDecoder> registeredFpnDecoder{Card{.id = "fpn_decoder",
                                                            .title = "FPN decoder",
                                                            .category = "Decoders",
                                                            .summary = "Carries coarse features down a pyramid of levels and adds all levels up.",
                                                            .paper = "Lin et al., CVPR 2017",
                                                            .claims = {},
                                                            .fidelity = "reduced architecture"}};

} // namespace

} // namespace concord
