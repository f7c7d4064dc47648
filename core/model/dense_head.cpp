#include "core/model/dense_head.h"

#include "core/model/conv_unit.h"

namespace concord {

namespace {

class DenseHeadLayer : public Layer
{
public:
    DenseHeadLayer(std::int64_t in, std::int64_t out)
        : conv_(*this, {.name = "conv", .normName = "", .in = in, .out = out, .activation = Activation::none})
    {
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override { return {conv_(inputs[0])}; }
    bool isPointwise() const override { return true; }

private:
    ConvUnit conv_;
};

} // namespace

DenseHead::DenseHead()
    : ChainBlock(PortType::features, PortType::prediction)
{
}

Inference DenseHead::infer(const PortTypes &inputs, int) const
{
    FeatureCost cost{requireFeatures(inputs, "in")};
    cost.conv(channels(), 1, 1, 1, false);
    return cost.inference(PortType::prediction);
}

std::shared_ptr<Layer> DenseHead::build(const BuildSpec &spec) const
{
    return std::make_shared<DenseHeadLayer>(inputShape(spec)[0], channels());
}

} // namespace concord
