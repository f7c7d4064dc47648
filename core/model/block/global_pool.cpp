#include "core/model/chain_block.h"
#include "core/model/layer.h"

namespace concord {

namespace {

class GlobalPoolLayer : public Layer
{
public:
    explicit GlobalPoolLayer(bool max)
        : max_(max)
    {
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        return {max_ ? inputs[0].amax({2, 3}) : inputs[0].mean({2, 3})};
    }

private:
    bool max_;
};

class GlobalPool : public ChainBlock
{
public:
    GlobalPool()
        : ChainBlock(PortType::features, PortType::vector)
    {
    }

    void params(ParamVisitor &visitor) override
    {
        visitor("mode", mode_, {.help = "The mean of each channel, or its largest value", .choices = {"average", "max"}});
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        return {.outputs = {{"out", TensorType{.type = PortType::vector, .shape = {requireFeatures(inputs, "in")[0]}}}}};
    }

    std::shared_ptr<Layer> build(const BuildSpec &) const override { return std::make_shared<GlobalPoolLayer>(mode_ == "max"); }

    std::string summary() const override { return mode_; }

private:
    std::string mode_ = "average";
};

const Register<Block, GlobalPool> registeredGlobalPool{
    Card{.id = "global_pool", .title = "Global pool", .category = "Layers", .summary = "One number per channel: its mean or largest value over the map."}};

} // namespace

} // namespace concord
