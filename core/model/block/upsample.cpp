#include "core/model/chain_block.h"
#include "core/model/layer.h"
#include "core/model/resample.h"

namespace concord {

namespace {

class UpsampleLayer : public Layer
{
public:
    UpsampleLayer(bool bilinear, int factor)
        : bilinear_(bilinear)
        , factor_(factor)
    {
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        if (deferred_ || factor_ == 1)
            return {inputs[0]};
        return {bilinear_ ? upsampleBilinear(inputs[0], factor_) : upsampleNearest(inputs[0], factor_)};
    }

    int trailingUpsample() const override { return bilinear_ && factor_ > 1 ? factor_ : 0; }
    void setUpsampleDeferred(bool deferred) override { deferred_ = deferred; }

private:
    bool bilinear_;
    int factor_;
    bool deferred_ = false;
};

class Upsample : public ChainBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("mode", mode_, {.help = "Blend the four nearest values, or repeat the nearest one", .choices = {"bilinear", "nearest"}});
        visitor("factor", factor_, {.help = "How many times larger the output is", .min = 1, .max = 64});
        visitor("type", type_, {.help = "What is made larger: features, or a prediction on its way to a loss", .choices = {"features", "prediction"}, .advanced = true});
    }

    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = portType(type_)}}; }

    Inference infer(const PortTypes &inputs, int) const override
    {
        FeatureCost cost{requireFeatures(inputs, "in")};
        cost.upsample(factor_);
        Inference result = cost.inference();
        result.outputs.at("out").type = portType(type_);
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &) const override { return std::make_shared<UpsampleLayer>(mode_ == "bilinear", int(factor_)); }

    std::string summary() const override { return fmt::format("{} ×{}", mode_, factor_); }

private:
    std::string mode_ = "bilinear";
    std::int64_t factor_ = 2;
    std::string type_ = "features";
};

const Register<Block, Upsample> registeredUpsample{
    Card{.id = "upsample", .title = "Upsample", .category = "Layers", .summary = "Makes a feature map larger by a whole factor."}};

} // namespace

} // namespace concord
