// One stage whose weights all columns share, applied to each column's features by themselves: the upper part of a network with task-specific
// bottom layers. The model runs the stage once per column, and the cost says so; batch statistics are each column's own.
#include "core/base/text.h"
#include "core/model/linear_unit.h"
#include "core/model/residual_unit.h"

namespace concord {

namespace {

class SharedStageLayer : public Layer
{
public:
    SharedStageLayer(ResidualOptions options, std::int64_t blocks, bool maps)
    {
        for (std::int64_t i = 0; i < blocks; ++i, options = options.next())
            if (maps)
                units_.emplace_back(*this, std::to_string(i), options);
            else
                linears_.emplace_back(*this, fmt::format("fc{}", i + 1), options.in, options.out, /*rectified=*/true);
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> result;
        for (at::Tensor x : inputs) {
            for (const ResidualUnit &unit : units_)
                x = unit(x);
            for (const LinearUnit &linear : linears_)
                x = linear(x).relu_();
            result.push_back(x);
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override { return input == output; }

private:
    std::vector<ResidualUnit> units_;
    std::vector<LinearUnit> linears_;
};

class SharedStage : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of each output, or its width", .min = 1, .max = 8192});
        visitor("blocks", blocks_, {.help = "Number of residual blocks, or of linear layers", .min = 1, .max = 64});
        visitor("stride", stride_, {.help = "Stride of the first residual block", .min = 1, .max = 16});
        visitor("type", type_, {.help = "What is transformed: feature maps or vectors", .choices = {"features", "vector"}, .advanced = true});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = portType(type_), .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = portType(type_), .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (repeats < 1)
            throw Error("input 'in' expected at least one link, found none");
        Inference result;
        result.forwards = repeats;
        for (int i = 0; i < repeats; ++i) {
            const std::string port = fmt::format("in.{}", i);
            FeatureCost cost{maps() ? requireFeatures(inputs, port) : requireVector(inputs, port)};
            const std::int64_t channels = inputs.at("in.0").shape[0];
            if (cost.shape[0] != channels)
                throw Error("input '{}' expected {} channels as at 'in.0', found {}", port, channels, cost.shape[0]);
            follow(cost);
            result.parameters = cost.parameters;
            result.macs += cost.macs;
            result.outputs[fmt::format("out.{}", i)] = {.type = portType(type_), .shape = cost.shape};
        }
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<SharedStageLayer>(options(spec.inputs.at("in.0").shape[0]), blocks_, maps());
    }

    std::string summary() const override { return fmt::format("{} {}, {} channels, shared", blocks_, maps() ? "blocks" : "layers", channels_); }

private:
    bool maps() const { return type_ != "vector"; }
    ResidualOptions options(std::int64_t in) const { return {.in = in, .out = channels_, .stride = stride_}; }

    void follow(FeatureCost &cost) const
    {
        ResidualOptions o = options(cost.shape[0]);
        for (std::int64_t i = 0; i < blocks_; ++i, o = o.next()) {
            if (maps()) {
                addResidual(cost, o);
                continue;
            }
            cost.parameters += (o.in + 1) * o.out;
            cost.macs += o.in * o.out;
            cost.shape = {o.out};
        }
    }

    std::int64_t channels_ = 64;
    std::int64_t blocks_ = 2;
    std::int64_t stride_ = 1;
    std::string type_ = "features";
};

const Register<Block, SharedStage> registeredSharedStage{Card{.id = "shared_stage",
                                                              .title = "Shared stage",
                                                              .category = "Sharing",
                                                              .summary = "One set of weights applied to the features of each column by themselves.",
                                                              .paper = "Zhang et al., ICME 2022"}};

} // namespace

} // namespace concord
