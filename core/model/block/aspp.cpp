// Atrous spatial pyramid pooling as in DeepLabv3: a 1×1 convolution, one 3×3 convolution per dilation rate and the pooled
// image side by side, then a 1×1 convolution over all of them.
#include "core/model/chain_block.h"
#include "core/model/conv_unit.h"

namespace concord {

namespace {

class AsppLayer : public Layer
{
public:
    AsppLayer(std::int64_t in, std::int64_t channels, const std::vector<std::int64_t> &rates, bool global)
    {
        branches_.emplace_back(*this, ConvOptions{.name = "convs.0.0", .normName = "convs.0.1", .in = in, .out = channels});
        for (const std::int64_t rate : rates)
            branches_.emplace_back(*this, ConvOptions{.name = fmt::format("convs.{}.0", branches_.size()),
                                                      .normName = fmt::format("convs.{}.1", branches_.size()),
                                                      .in = in,
                                                      .out = channels,
                                                      .kernel = 3,
                                                      .dilation = rate});
        if (global)
            global_.emplace(*this, ConvOptions{.name = "global.0", .normName = "global.1", .in = in, .out = channels});
        const std::int64_t count = std::int64_t(branches_.size()) + (global ? 1 : 0);
        project_.emplace(*this, ConvOptions{.name = "project.0", .normName = "project.1", .in = count * channels, .out = channels});
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> parts;
        for (const ConvUnit &branch : branches_)
            parts.push_back(branch(inputs[0]));
        if (global_)
            parts.push_back((*global_)(inputs[0].mean({2, 3}, /*keepdim=*/true)).expand_as(parts[0]));
        return {(*project_)(at::cat(parts, 1))};
    }

private:
    std::vector<ConvUnit> branches_;
    std::optional<ConvUnit> global_;
    std::optional<ConvUnit> project_;
};

class Aspp : public ChainBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("rates", rates_, {.help = "Dilation of each 3×3 branch", .unit = "px", .min = 1, .max = 64});
        visitor("channels", channels_, {.help = "Channels of each branch and of the output", .min = 1, .max = 8192});
        visitor("global", global_, {.help = "Adds a branch that sees the mean of the whole image"});
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        const Shape &in = requireFeatures(inputs, "in");
        FeatureCost all{in};
        std::int64_t count = 0;
        const auto branch = [&](const Shape &shape, std::int64_t kernel, std::int64_t dilation) {
            FeatureCost cost{shape};
            cost.conv(channels_, kernel, 1, dilation);
            all.add(cost);
            ++count;
        };
        branch(in, 1, 1);
        for (const std::int64_t rate : rates_)
            branch(in, 3, rate);
        if (global_)
            branch({in[0], 1, 1}, 1, 1);
        all.shape[0] = count * channels_;
        all.conv(channels_, 1);
        return all.inference();
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<AsppLayer>(inputShape(spec)[0], channels_, rates_, global_);
    }

    std::string summary() const override { return fmt::format("rates {}, {} channels", paramText(rates_), channels_); }

private:
    std::vector<std::int64_t> rates_ = {6, 12, 18};
    std::int64_t channels_ = 128;
    bool global_ = true;
};

const Register<Block, Aspp> registeredAspp{Card{.id = "aspp",
                                                .title = "ASPP",
                                                .category = "Decoders",
                                                .summary = "Looks at several distances at once through dilated convolutions and the image's mean.",
                                                .paper = "Chen et al., arXiv 2017 (DeepLabv3)"}};

} // namespace

} // namespace concord
