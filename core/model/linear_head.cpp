#include "core/model/linear_head.h"

#include "core/model/linear_unit.h"

namespace concord {

namespace {

class LinearHeadLayer : public Layer
{
public:
    LinearHeadLayer(std::int64_t in, std::int64_t out)
        : fc_(*this, "fc", in, out, /*rectified=*/false)
    {
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override { return {fc_(inputs[0])}; }

private:
    LinearUnit fc_;
};

} // namespace

LinearHead::LinearHead()
    : ChainBlock(PortType::vector, PortType::prediction)
{
}

Inference LinearHead::infer(const PortTypes &inputs, int) const
{
    const std::int64_t in = requireVector(inputs, "in")[0];
    return {.outputs = {{"out", TensorType{.type = PortType::prediction, .shape = {width()}}}},
            .parameters = (in + 1) * width(),
            .macs = in * width()};
}

std::shared_ptr<Layer> LinearHead::build(const BuildSpec &spec) const
{
    return std::make_shared<LinearHeadLayer>(inputShape(spec)[0], width());
}

} // namespace concord
