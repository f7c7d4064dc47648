// A later stage of a task cascade (Dai et al., "Instance-aware Semantic Segmentation via Multi-task Network Cascades", CVPR 2016): a task's features follow
// from the shared ones and from what earlier tasks predicted, by a 3×3 convolution over both. Predicted maps are brought to the features' size, predicted
// vectors lie at every place. The gradient goes through the predictions into the earlier stages, or stops there.
#include "core/base/text.h"
#include "core/model/conv_unit.h"
#include "core/model/feature_cost.h"
#include "core/model/resample.h"

namespace concord {

namespace {

class CascadeLayer : public Layer
{
public:
    CascadeLayer(std::int64_t in, std::int64_t out, bool passesGradient)
        : conv_(*this, {.name = "conv", .normName = "bn", .in = in, .out = out, .kernel = 3})
        , passesGradient_(passesGradient)
    {
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        const std::int64_t height = inputs[0].size(2);
        const std::int64_t width = inputs[0].size(3);
        std::vector<at::Tensor> parts = {inputs[0]};
        for (std::size_t i = 1; i < inputs.size(); ++i) {
            const at::Tensor x = (passesGradient_ ? inputs[i] : inputs[i].detach()).to(inputs[0].scalar_type());
            parts.push_back(x.dim() == 4 ? resizeMap(x, height, width) : x.unsqueeze(2).unsqueeze(3).expand({-1, -1, height, width}));
        }
        return {conv_(at::cat(parts, 1))};
    }

    bool connects(std::size_t input, std::size_t) const override { return input == 0 || passesGradient_; }

private:
    ConvUnit conv_;
    bool passesGradient_;
};

class CascadeStage : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of the output", .min = 1, .max = 8192});
        visitor("gradient", gradient_,
                {.help = "Whether a later task trains the earlier ones through what they predicted, or takes that as given", .choices = {"through", "stop"}});
    }

    std::vector<Port> inputs() const override
    {
        return {{.id = "in", .type = PortType::features}, {.id = "prediction", .type = PortType::features, .repeats = true, .label = "predictions of earlier tasks"}};
    }
    std::vector<Port> outputs() const override { return {{.id = "out", .type = PortType::features}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        FeatureCost cost{requireFeatures(inputs, "in")};
        cost.shape[0] = channelsOf(inputs, repeats);
        cost.conv(channels_, 3);
        return cost.inference();
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<CascadeLayer>(channelsOf(spec.inputs, int(spec.inputs.size()) - 1), channels_, gradient_ == "through");
    }

    std::string summary() const override { return fmt::format("{} channels{}", channels_, gradient_ == "stop" ? ", gradient stops" : ""); }

private:
    static std::int64_t channelsOf(const PortTypes &inputs, int repeats)
    {
        if (repeats < 1)
            throw Error("input 'prediction' expected at least one link, found none");
        std::int64_t channels = requireFeatures(inputs, "in")[0];
        for (int i = 0; i < repeats; ++i) {
            const std::string port = fmt::format("prediction.{}", i);
            const Shape &shape = requireInput(inputs, port).shape;
            channels += shape.size() == 1 ? requireVector(inputs, port)[0] : requireFeatures(inputs, port)[0];
        }
        return channels;
    }

    std::int64_t channels_ = 32;
    std::string gradient_ = "through";
};

const Register<Block, CascadeStage> registeredCascadeStage{Card{.id = "cascade_stage",
                                                                .title = "Cascade stage",
                                                                .category = "Distillation",
                                                                .summary = "Features of a later task, from the shared ones and what earlier tasks predicted.",
                                                                .paper = "Dai et al., CVPR 2016",
                                                                .claims = {},
                                                                .fidelity = "analogue"}};

} // namespace

} // namespace concord
