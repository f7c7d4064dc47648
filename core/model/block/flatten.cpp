#include "core/model/chain_block.h"
#include "core/model/layer.h"

namespace concord {

namespace {

class FlattenLayer : public Layer
{
public:
    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override { return {inputs[0].flatten(1)}; }
};

class Flatten : public ChainBlock
{
public:
    Flatten()
        : ChainBlock(PortType::features, PortType::vector)
    {
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        return {.outputs = {{"out", TensorType{.type = PortType::vector, .shape = {elementCount(requireFeatures(inputs, "in"))}}}}};
    }

    std::shared_ptr<Layer> build(const BuildSpec &) const override { return std::make_shared<FlattenLayer>(); }
};

const Register<Block, Flatten> registeredFlatten{
    Card{.id = "flatten", .title = "Flatten", .category = "Layers", .summary = "All values of a feature map as one vector."}};

} // namespace

} // namespace concord
