// MTAN attention module (Liu et al., CVPR 2019, section 3.2): with u and p the first and last features of a shared stage, task
// i gets a mask aᵢ = hᵢ(gᵢ([u; previousᵢ])) and passes on f(aᵢ ⊙ p). g, h: 1×1 convolution, batch norm, ReLU and sigmoid, one
// pair per task; f: 3×3 convolution, batch norm, ReLU, one for all tasks as in the paper; then 2×2 max pooling where asked.
#include "core/base/text.h"
#include "core/model/conv_unit.h"
#include "core/model/feature_cost.h"

#include <array>

namespace concord {

namespace {

class MtanAttentionLayer : public Layer
{
public:
    /// `previous`: channels of each task's earlier output, 0 for none.
    MtanAttentionLayer(std::int64_t first, std::int64_t last, const std::vector<std::int64_t> &previous, std::int64_t channels, bool pool)
        : pool_(pool)
    {
        for (std::size_t i = 0; i < previous.size(); ++i) {
            const auto options = [&](const char *part, std::int64_t in, Activation activation) {
                return ConvOptions{.name = fmt::format("task{}.{}.0", i, part),
                                   .normName = fmt::format("task{}.{}.1", i, part),
                                   .in = in,
                                   .out = last,
                                   .activation = activation,
                                   .outputs = {int(i)}};
            };
            gates_.push_back({ConvUnit(*this, options("g", first + previous[i], Activation::relu)), ConvUnit(*this, options("h", last, Activation::sigmoid))});
        }
        extract_.emplace(*this, ConvOptions{.name = "f.0", .normName = "f.1", .in = last, .out = channels, .kernel = 3});
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> result;
        for (std::size_t i = 0; i < gates_.size(); ++i) {
            const bool hasPrevious = inputs.size() > 2 + i && inputs[2 + i].defined();
            const at::Tensor mask = gates_[i][1](gates_[i][0](hasPrevious ? at::cat({inputs[0], inputs[2 + i]}, 1) : inputs[0]));
            const at::Tensor y = (*extract_)(mask * inputs[1]);
            result.push_back(pool_ ? at::max_pool2d(y, {2, 2}) : y);
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override { return input < 2 || input - 2 == output; }

private:
    std::vector<std::array<ConvUnit, 2>> gates_;
    std::optional<ConvUnit> extract_;
    bool pool_;
};

class MtanAttention : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of each task's output", .min = 1, .max = 8192});
        visitor("pool", pool_, {.help = "Halves the output by 2×2 max pooling, for a next stage that is half as large"});
    }

    std::vector<Port> inputs() const override
    {
        return {Port{.id = "first", .type = PortType::features, .label = "first features of the shared stage"},
                Port{.id = "last", .type = PortType::features, .label = "last features of the shared stage"},
                Port{.id = "previous", .type = PortType::features, .repeats = true, .optional = true, .label = "output of the attention before"}};
    }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (repeats < 1)
            throw Error("output 'out' expected at least one link, found none");
        const Shape &last = requireFeatures(inputs, "last");
        const Shape &first = requireMap(inputs, "first", last);
        Inference result;
        FeatureCost shared{last};
        shared.conv(channels_, 3);
        result.parameters = shared.parameters;
        for (int i = 0; i < repeats; ++i) {
            const std::string port = fmt::format("previous.{}", i);
            FeatureCost gate{first};
            gate.shape[0] += inputs.contains(port) ? requireMap(inputs, port, last)[0] : 0;
            gate.conv(last[0], 1);
            gate.conv(last[0], 1);
            result.parameters += gate.parameters;
            result.macs += gate.macs + shared.macs;
        }
        if (pool_)
            shared.pool(2, 2, 0);
        for (int i = 0; i < repeats; ++i)
            result.outputs[fmt::format("out.{}", i)] = {.type = PortType::features, .shape = shared.shape};
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        std::vector<std::int64_t> previous;
        for (std::size_t i = 0; i < spec.outputs.size(); ++i) {
            const auto it = spec.inputs.find(fmt::format("previous.{}", i));
            previous.push_back(it == spec.inputs.end() ? 0 : it->second.shape[0]);
        }
        return std::make_shared<MtanAttentionLayer>(spec.inputs.at("first").shape[0], spec.inputs.at("last").shape[0], previous, channels_, pool_);
    }

    std::string summary() const override { return fmt::format("{} channels{}", channels_, pool_ ? ", ÷2" : ""); }

private:
    /// As large as `last`; channels are free.
    static const Shape &requireMap(const PortTypes &inputs, const std::string &port, const Shape &last)
    {
        const Shape &shape = requireFeatures(inputs, port);
        if (shape[1] != last[1] || shape[2] != last[2])
            throw Error("input '{}' expected {}×{} as at 'last', found {}×{}", port, last[1], last[2], shape[1], shape[2]);
        return shape;
    }

    std::int64_t channels_ = 64;
    bool pool_ = false;
};

const Register<Block, MtanAttention> registeredMtanAttention{Card{.id = "mtan_attention",
                                                                  .title = "MTAN attention",
                                                                  .category = "Sharing",
                                                                  .summary = "Each task masks the shared features with its own soft attention.",
                                                                  .paper = "Liu et al., CVPR 2019"}};

} // namespace

} // namespace concord
