// Boxes as points (Zhou et al., "Objects as Points", 2019, section 4): three branches of a 3×3 convolution with a ReLU and a 1×1 convolution
// each, to a heat map of centres per class (logits), the width and height of the box in cells, and where in its cell the centre lies.
#include "core/model/chain_block.h"
#include "core/model/conv_unit.h"

namespace concord {

namespace {

class CentreHeadLayer : public Layer
{
public:
    CentreHeadLayer(std::int64_t in, std::int64_t hidden, std::int64_t classes)
    {
        addBranch("heat", in, hidden, classes);
        // Centres are rare: at the start each cell holds one with a probability of 0.1, as in the authors' code.
        parameters().back().init = Init::constant(-2.19);
        addBranch("size", in, hidden, 2);
        addBranch("offset", in, hidden, 2);
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> parts;
        for (std::size_t i = 0; i < units_.size(); i += 2)
            parts.push_back(units_[i + 1](units_[i](inputs[0])));
        return {at::cat(parts, 1)};
    }

private:
    void addBranch(const std::string &name, std::int64_t in, std::int64_t hidden, std::int64_t out)
    {
        units_.emplace_back(*this, ConvOptions{.name = name + ".0", .normName = "", .in = in, .out = hidden, .kernel = 3});
        units_.emplace_back(*this, ConvOptions{.name = name + ".1", .normName = "", .in = hidden, .out = out, .activation = Activation::none});
    }

    std::vector<ConvUnit> units_;
};

class CentreHead : public ChainBlock
{
public:
    CentreHead()
        : ChainBlock(PortType::features, PortType::prediction)
    {
    }

    void params(ParamVisitor &visitor) override
    {
        visitor("classes", classes_, {.help = "Number of classes of boxes", .min = 1, .max = 65536});
        visitor("channels", channels_, {.help = "Channels inside each of the three branches", .min = 1, .max = 8192});
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        const Shape &in = requireFeatures(inputs, "in");
        FeatureCost total{in};
        for (const std::int64_t out : {classes_, std::int64_t(2), std::int64_t(2)}) {
            FeatureCost branch{in};
            branch.conv(channels_, 3, 1, 1, /*normed=*/false);
            branch.conv(out, 1, 1, 1, /*normed=*/false);
            total.add(branch);
        }
        total.shape[0] = classes_ + 4;
        return total.inference(PortType::prediction);
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<CentreHeadLayer>(inputShape(spec)[0], channels_, classes_);
    }

    std::string summary() const override { return fmt::format("{} classes of boxes", classes_); }

private:
    std::int64_t classes_ = 8;
    std::int64_t channels_ = 32;
};

const Register<Block, CentreHead> registeredCentreHead{Card{.id = "centre_head",
                                                            .title = "Centre head",
                                                            .category = "Heads",
                                                            .summary = "Boxes by their centres: a heat map per class, sizes and offsets for each cell.",
                                                            .paper = "Zhou et al., 2019"}};

} // namespace

} // namespace concord
