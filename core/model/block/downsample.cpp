// Pooling over a sliding window; kernel 3 and stride 2 are those of a ResNet's stem.
#include "core/model/chain_block.h"
#include "core/model/layer.h"

#include <array>

namespace concord {

namespace {

class DownsampleLayer : public Layer
{
public:
    DownsampleLayer(bool max, std::int64_t kernel, std::int64_t stride)
        : max_(max)
        , kernel_{kernel, kernel}
        , stride_{stride, stride}
        , padding_{samePadding(kernel), samePadding(kernel)}
    {
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        if (max_)
            return {at::max_pool2d(inputs[0], kernel_, stride_, padding_)};
        return {at::avg_pool2d(inputs[0], kernel_, stride_, padding_, /*ceil_mode=*/false, /*count_include_pad=*/false)};
    }

private:
    bool max_;
    std::array<std::int64_t, 2> kernel_;
    std::array<std::int64_t, 2> stride_;
    std::array<std::int64_t, 2> padding_;
};

class Downsample : public ChainBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("mode", mode_, {.help = "Keep the largest value of each window, or the mean", .choices = {"max", "average"}});
        visitor("kernel", kernel_, {.help = "Side of the square window", .unit = "px", .min = 1, .max = 15});
        visitor("stride", stride_, {.help = "Step between windows: how many times smaller the output is", .unit = "px", .min = 1, .max = 16});
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        FeatureCost cost{requireFeatures(inputs, "in")};
        cost.pool(kernel_, stride_, samePadding(kernel_));
        return cost.inference();
    }

    std::shared_ptr<Layer> build(const BuildSpec &) const override { return std::make_shared<DownsampleLayer>(mode_ == "max", kernel_, stride_); }

    std::string summary() const override { return fmt::format("{} {}×{}, ÷{}", mode_, kernel_, kernel_, stride_); }

private:
    std::string mode_ = "max";
    std::int64_t kernel_ = 2;
    std::int64_t stride_ = 2;
};

const Register<Block, Downsample> registeredDownsample{Card{
    .id = "downsample", .title = "Downsample", .category = "Layers", .summary = "Makes a feature map smaller by the largest or mean value of windows."}};

} // namespace

} // namespace concord
