// Cross-task attention of DenseMTL (Lopes et al., WACV 2023, section 3.1). For each ordered pair of tasks: a 3×3 convolution takes from the source what
// may serve the target; correlation-guided attention lets every place of the target gather that from the places it correlates with
// (softmax of the dot products, × α per channel, from 0 on as in the authors' code); self-attention gates it place by place; both are fused. What a target
// gets from all sources is projected and added to its features. As in the paper attention works on smaller maps; here they are means, and come back
// bilinearly. The inner channels are a fraction of the features', where the authors keep all for attention and half for the gate.
#include "core/base/text.h"
#include "core/model/attention_unit.h"
#include "core/model/columns.h"
#include "core/model/conv_unit.h"
#include "core/model/resample.h"
#include "core/model/transformer_unit.h"

#include <cmath>

namespace concord {

namespace {

struct XtamOptions
{
    std::int64_t tasks = 1;
    std::int64_t channels = 1;
    std::int64_t inner = 1;
    std::int64_t pool = 1;
    double alpha = 0;
};

/// From one source to one target.
class XtamPair
{
public:
    XtamPair(Layer &owner, const XtamOptions &o, std::size_t target, std::size_t source, at::Tensor &alpha)
        : pool_(o.pool)
        , alpha_(&alpha)
    {
        const auto conv = [&](const char *part, std::int64_t in, std::int64_t kernel, bool normed, Activation activation) {
            const std::string name = fmt::format("task{}.from{}.{}", target, source, part);
            return ConvUnit(owner, {.name = name,
                                    .normName = normed ? name + "_bn" : "",
                                    .in = in,
                                    .out = o.inner,
                                    .kernel = kernel,
                                    .activation = activation,
                                    .outputs = {int(target)}});
        };
        units_ = {conv("extract", o.channels, 3, false, Activation::relu), conv("gate", o.inner, 3, false, Activation::sigmoid),
                  conv("gated", o.inner, 3, false, Activation::none),      conv("query", o.channels, 1, true, Activation::relu),
                  conv("key", o.inner, 1, true, Activation::relu),         conv("value", o.inner, 1, true, Activation::relu),
                  conv("fuse", 2 * o.inner, 1, true, Activation::relu)};
    }

    at::Tensor operator()(const at::Tensor &target, const at::Tensor &source) const
    {
        const at::Tensor useful = units_[extract](source);
        const at::Tensor gated = units_[gate](useful) * units_[gatedFeatures](useful);
        const at::Tensor asking = units_[query](poolMap(target, pool_));
        const at::Tensor asked = poolMap(useful, pool_);
        const at::Tensor weights = attentionWeights(tokensOf(asking), tokensOf(units_[key](asked)), 1 / std::sqrt(double(asking.size(1))));
        const at::Tensor gathered = mapOf(at::matmul(weights, tokensOf(units_[value](asked))), asking) * *alpha_;
        return units_[fuse](at::cat({gated, resizeMap(gathered, source.size(2), source.size(3))}, 1));
    }

private:
    enum Part : std::size_t { extract, gate, gatedFeatures, query, key, value, fuse };
    std::int64_t pool_;
    at::Tensor *alpha_;
    std::vector<ConvUnit> units_;
};

class XtamLayer : public Layer
{
public:
    explicit XtamLayer(const XtamOptions &o)
        : tasks_(std::size_t(o.tasks))
    {
        for (std::size_t t = 0; t < tasks_; ++t) {
            for (std::size_t s = 0; s < tasks_; ++s)
                if (s != t)
                    pairs_.emplace_back(*this, o, t, s,
                                        addParameter(fmt::format("task{}.from{}.alpha", t, s), {1, o.inner, 1, 1}, Init::constant(o.alpha), {int(t)}));
            if (tasks_ > 1)
                project_.emplace_back(*this, ConvOptions{.name = fmt::format("task{}.project", t),
                                                         .normName = fmt::format("task{}.project_bn", t),
                                                         .in = (o.tasks - 1) * o.inner,
                                                         .out = o.channels,
                                                         .outputs = {int(t)}});
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        if (tasks_ == 1)
            return inputs;
        std::vector<at::Tensor> result;
        std::size_t pair = 0;
        for (std::size_t t = 0; t < tasks_; ++t) {
            std::vector<at::Tensor> messages;
            for (std::size_t s = 0; s < tasks_; ++s)
                if (s != t)
                    messages.push_back(pairs_[pair++](inputs[t], inputs[s]));
            result.push_back(inputs[t] + project_[t](at::cat(messages, 1)));
        }
        return result;
    }

private:
    std::size_t tasks_;
    std::vector<XtamPair> pairs_; ///< target by target
    std::vector<ConvUnit> project_;
};

class Xtam : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("reduction", reduction_, {.help = "How many times fewer channels a pair of tasks works with", .min = 1, .max = 256});
        visitor("pool", pool_,
                {.help = "Side of the squares of pixels that attention takes as one; its cost falls with the fourth power", .min = 1, .max = 64});
        visitor("alpha", alpha_, {.help = "Start of the weights of what attention gathers, for each channel", .min = 0, .max = 1, .advanced = true});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = PortType::features, .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        const Shape &in = requireColumns(inputs, repeats, "features");
        const std::int64_t c = in[0];
        const std::int64_t r = inner(c);
        const std::int64_t pixels = in[1] * in[2];
        const std::int64_t places = pooledSize(in[1], pool_) * pooledSize(in[2], pool_);
        const std::int64_t others = repeats - 1;
        const std::int64_t pairs = repeats * others;
        const std::int64_t full = 9 * c * r + 18 * r * r + 2 * r * r; // extract, gate and gated, fuse
        const std::int64_t small = c * r + 2 * r * r;                 // query, key and value
        const std::int64_t project = others * r * c;
        return {.outputs = columnOutputs(in, repeats, "features"),
                .parameters = pairs * (full + small + 12 * r) + (others > 0 ? repeats * (project + 2 * c) : 0),
                .macs = pairs * (pixels * full + places * small + 2 * places * places * r) + repeats * pixels * project};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        const std::int64_t channels = spec.inputs.at("in.0").shape[0];
        return std::make_shared<XtamLayer>(
            XtamOptions{.tasks = std::int64_t(spec.outputs.size()), .channels = channels, .inner = inner(channels), .pool = pool_, .alpha = alpha_});
    }

    std::string summary() const override { return fmt::format("channels ÷{}, places of {}×{}", reduction_, pool_, pool_); }

private:
    std::int64_t inner(std::int64_t channels) const { return std::max<std::int64_t>(1, channels / reduction_); }

    std::int64_t reduction_ = 2;
    std::int64_t pool_ = 1;
    double alpha_ = 0;
};

const Register<Block, Xtam> registeredXtam{Card{.id = "xtam",
                                                .title = "Cross-task attention",
                                                .category = "Distillation",
                                                .summary = "Adds to each task what attention and gates take from every other task.",
                                                .paper = "Lopes et al., WACV 2023"}};

} // namespace

} // namespace concord
