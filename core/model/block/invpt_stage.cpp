// UP-Transformer stage of InvPT (Ye and Xu, ECCV 2022, section 3.3). Each task's map is doubled and convolved, and one level of the encoder is added
// to all. Then queries of every task, on half the resolution, attend to the pooled tokens of all tasks together; an MLP follows. Attention messages:
// the scores before the softmax are mixed across heads with those of the stage before, brought to this size; both mixtures start as the identity.
// A message is a map with a channel for each task, head and key. As in the authors' code queries come from a 3×3 convolution per channel, keys and
// values from means; they scale by all channels, not those of a head. What the encoder gives is convolved here and resized to fit.
#include "core/base/text.h"
#include "core/model/attention_unit.h"
#include "core/model/columns.h"
#include "core/model/conv_unit.h"
#include "core/model/resample.h"
#include "core/model/transformer_unit.h"

#include <cmath>

namespace concord {

namespace {

struct InvptOptions
{
    std::vector<std::int64_t> in = {}; ///< channels of each task's map
    std::int64_t channels = 1;
    std::int64_t heads = 1;
    std::int64_t ratio = 1;
    std::int64_t pool = 1;
    bool doubles = true;
    bool crosses = true;
    std::int64_t encoder = 0; ///< channels; 0: not linked
    bool hasMessage = false;

    std::int64_t tasks() const { return std::int64_t(in.size()); }
};

/// What belongs to one task.
struct InvptTask : LayerUnit
{
    InvptTask(Layer &owner, const InvptOptions &o, std::int64_t task, const std::vector<int> &outputs)
        : LayerUnit(owner, fmt::format("task{}.query", task), outputs)
        , queryWeight(addParameter("weight", {o.channels, 1, 3, 3}, Init::he(9, false)))
        , queryNorm(owner, fmt::format("task{}.query_bn", task), o.channels, outputs)
    {
        for (std::int64_t i = 0; i < 2; ++i)
            embed.emplace_back(owner, ConvOptions{.name = fmt::format("task{}.embed{}", task, i),
                                                  .normName = fmt::format("task{}.embed{}_bn", task, i),
                                                  .in = i == 0 ? o.in[std::size_t(task)] : o.channels,
                                                  .out = o.channels,
                                                  .kernel = 3,
                                                  .dilation = 2,
                                                  .outputs = outputs});
    }

    at::Tensor query(const at::Tensor &map) const
    {
        return queryNorm(convolve(map, *queryWeight, {}, /*stride=*/2, /*dilation=*/1, /*groups=*/queryWeight->size(0)));
    }

    std::vector<ConvUnit> embed;
    at::Tensor *queryWeight;
    NormUnit queryNorm;
};

class InvptStageLayer : public Layer
{
public:
    explicit InvptStageLayer(const InvptOptions &o)
        : options_(o)
        , norm1_(*this, "norm1", o.channels)
        , query_(*this, "q", o.channels, o.channels, /*rectified=*/false)
        , keyValue_(*this, "kv", o.channels, 2 * o.channels, /*rectified=*/false)
        , out_(*this, "proj", o.channels, o.channels, /*rectified=*/false)
        , norm2_(*this, "norm2", o.channels)
        , fc1_(*this, "mlp.fc1", o.channels, o.ratio * o.channels, /*rectified=*/true)
        , fc2_(*this, "mlp.fc2", o.ratio * o.channels, o.channels, /*rectified=*/false)
    {
        for (std::int64_t t = 0; t < o.tasks(); ++t)
            tasks_.emplace_back(*this, o, t, o.crosses ? std::vector<int>() : std::vector<int>{int(t), int(o.tasks())});
        if (o.encoder > 0)
            encoder_.emplace(*this,
                             ConvOptions{.name = "encoder", .normName = "", .in = o.encoder, .out = o.channels, .kernel = 3, .activation = Activation::none});
        if (o.hasMessage) {
            fuseOwn_ = &addParameter("fuse.own", {o.heads, o.heads}, Init::identity(1, 0));
            fuseMessage_ = &addParameter("fuse.message", {o.heads, o.heads}, Init::identity(1, 0));
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        const std::vector<at::Tensor> maps = embed(inputs);
        std::vector<at::Tensor> normed;
        std::vector<at::Tensor> pooled;
        std::vector<std::vector<at::Tensor>> keyValues; // one pair for all tasks, or one each
        for (const at::Tensor &map : maps) {
            normed.push_back(mapOf(norm1_(tokensOf(map)), map));
            pooled.push_back(tokensOf(poolMap(normed.back(), options_.pool)));
        }
        if (options_.crosses)
            pooled = {at::cat(pooled, 1)};
        for (const at::Tensor &tokens : pooled)
            keyValues.push_back(keyValue_(tokens).chunk(2, 2));
        const std::vector<at::Tensor> messages = options_.hasMessage ? inputs.back().chunk(options_.tasks(), 1) : std::vector<at::Tensor>(maps.size());

        std::vector<at::Tensor> result;
        std::vector<at::Tensor> scores;
        std::vector<at::Tensor> shares;
        for (std::size_t t = 0; t < maps.size(); ++t) {
            const at::Tensor queries = tasks_[t].query(normed[t]);
            const std::vector<at::Tensor> &keyValue = keyValues[options_.crosses ? 0 : t];
            const at::Tensor score = scoresOf(queries, keyValue[0], messages[t]);
            const at::Tensor weights = at::softmax(score, -1);
            const at::Tensor answer = out_(mergeHeads(at::matmul(weights, splitHeads(keyValue[1], options_.heads))));
            const at::Tensor x = maps[t] + resizeMap(mapOf(answer, queries), maps[t].size(2), maps[t].size(3));
            const at::Tensor tokens = tokensOf(x);
            result.push_back(x + mapOf(fc2_(at::gelu(fc1_(norm2_(tokens)))), x));
            scores.push_back(messageOf(score, queries));
            if (options_.crosses)
                shares.push_back(attentionShares(weights, options_.tasks()));
        }
        shares_ = options_.crosses ? at::stack(shares) : at::Tensor();
        result.push_back(at::cat(scores, 1));
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override
    {
        const std::size_t tasks = tasks_.size();
        return options_.crosses || input >= tasks || output == tasks || input == output;
    }

    std::vector<Probe> probes() const override { return shares_.defined() ? std::vector{taskProbe("attention", shares_)} : std::vector<Probe>(); }

private:
    std::vector<at::Tensor> embed(const std::vector<at::Tensor> &inputs) const
    {
        at::Tensor level;
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < tasks_.size(); ++t) {
            const at::Tensor x = options_.doubles ? upsampleBilinear(inputs[t], 2) : inputs[t];
            const at::Tensor map = tasks_[t].embed[1](tasks_[t].embed[0](x));
            if (encoder_ && !level.defined())
                level = resizeMap((*encoder_)(inputs[tasks_.size()]), map.size(2), map.size(3));
            result.push_back(level.defined() ? map + level : map);
        }
        return result;
    }

    /// [N, heads, queries, keys]
    at::Tensor scoresOf(const at::Tensor &queries, const at::Tensor &keys, const at::Tensor &message) const
    {
        const double scale = 1 / std::sqrt(double(options_.channels));
        const at::Tensor q = splitHeads(query_(tokensOf(queries)), options_.heads) * scale;
        const at::Tensor own = at::matmul(q, splitHeads(keys, options_.heads).transpose(2, 3));
        if (!message.defined())
            return own;
        const at::Tensor before = splitHeads(tokensOf(resizeMap(message, queries.size(2), queries.size(3))), options_.heads);
        const auto mix = [](const at::Tensor &x, const at::Tensor &weight) { return at::conv2d(x, weight.unsqueeze(-1).unsqueeze(-1)); };
        return mix(own, *fuseOwn_) + mix(before, *fuseMessage_);
    }

    /// [N, heads · keys, rows, columns of the queries]
    static at::Tensor messageOf(const at::Tensor &scores, const at::Tensor &queries)
    {
        const at::Tensor map = mergeHeads(scores).transpose(1, 2);
        return map.reshape_as(queries.detach().narrow(1, 0, 1).expand({-1, map.size(1), -1, -1}));
    }

    InvptOptions options_;
    std::vector<InvptTask> tasks_;
    std::optional<ConvUnit> encoder_;
    LayerNormUnit norm1_;
    LinearUnit query_;
    LinearUnit keyValue_;
    LinearUnit out_;
    LayerNormUnit norm2_;
    LinearUnit fc1_;
    LinearUnit fc2_;
    at::Tensor *fuseOwn_ = nullptr;
    at::Tensor *fuseMessage_ = nullptr;
    at::Tensor shares_;
};

class InvptStage : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of each task's output", .min = 1, .max = 8192});
        visitor("heads", heads_, {.help = "Attention heads; they share the channels", .min = 1, .max = 64});
        visitor("ratio", ratio_, {.help = "Width of the MLP's hidden layer as a multiple of the channels", .min = 1, .max = 16});
        visitor("pool", pool_, {.help = "Side of the squares of the output's pixels that make one key", .min = 1, .max = 256});
        visitor("upsample", doubles_, {.help = "Doubles the resolution"});
        visitor("cross", cross_, {.help = "Attention to all tasks' tokens, or to the task's own only", .choices = {"all", "own"}});
    }

    std::vector<Port> inputs() const override
    {
        return {Port{.id = "in", .type = PortType::features, .repeats = true},
                Port{.id = "encoder", .type = PortType::features, .optional = true, .label = "a level of the encoder, added to all tasks"},
                Port{.id = "message", .type = PortType::features, .optional = true, .label = "attention of the stage before"}};
    }
    std::vector<Port> outputs() const override
    {
        return {Port{.id = "out", .type = PortType::features, .repeats = true},
                Port{.id = "message", .type = PortType::features, .label = "attention, for the next stage"}};
    }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (channels_ % heads_ != 0)
            throw Error("heads: expected a number that divides the {} channels, found {}", channels_, heads_);
        const std::int64_t c = channels_;
        FeatureCost embed;
        for (int t = 0; t < repeats; ++t)
            embed.add(follow(requireMap(inputs, t)));
        const Shape out = follow(requireMap(inputs, 0)).shape;
        const std::int64_t pixels = out[1] * out[2];
        const Shape queryMap = {1, pooledSize(out[1], 2), pooledSize(out[2], 2)};
        const std::int64_t queries = queryMap[1] * queryMap[2];
        const std::int64_t keys = pooledSize(out[1], pool_) * pooledSize(out[2], pool_);
        const std::int64_t read = keys * (cross_ == "all" ? repeats : 1);

        Inference result{.outputs = columnOutputs(out, repeats, "features")};
        result.outputs["message"] = {.type = PortType::features, .shape = {repeats * heads_ * read, queryMap[1], queryMap[2]}};
        result.parameters = embed.parameters + repeats * 11 * c + 4 * c * (c + 1) + 2 * ratio_ * c * c + (ratio_ + 1) * c + 4 * c;
        result.macs = embed.macs + repeats * (queries * (9 * c + 2 * c * c + 2 * read * c) + keys * 2 * c * c + pixels * 2 * ratio_ * c * c);
        if (inputs.contains("encoder")) {
            FeatureCost level{requireFeatures(inputs, "encoder")};
            level.conv(c, 3, 1, 1, /*normed=*/false);
            result.parameters += level.parameters;
            result.macs += level.macs;
        }
        if (inputs.contains("message")) {
            const Shape &message = requireFeatures(inputs, "message");
            if (message[0] != repeats * heads_ * read)
                throw Error("input 'message' expected {} channels for {} tasks, {} heads and {} keys, found {}", repeats * heads_ * read, repeats, heads_, read,
                            message[0]);
            result.parameters += 2 * heads_ * heads_;
            result.macs += repeats * 2 * heads_ * heads_ * queries * read;
        }
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        const auto encoder = spec.inputs.find("encoder");
        std::vector<std::int64_t> in;
        for (std::size_t t = 0; t + 1 < spec.outputs.size(); ++t)
            in.push_back(spec.inputs.at(fmt::format("in.{}", t)).shape[0]);
        return std::make_shared<InvptStageLayer>(InvptOptions{.in = in,
                                                              .channels = channels_,
                                                              .heads = heads_,
                                                              .ratio = ratio_,
                                                              .pool = pool_,
                                                              .doubles = doubles_,
                                                              .crosses = cross_ == "all",
                                                              .encoder = encoder == spec.inputs.end() ? 0 : encoder->second.shape[0],
                                                              .hasMessage = spec.inputs.contains("message")});
    }

    std::string summary() const override { return fmt::format("{} channels{}, keys of {}×{}", channels_, doubles_ ? ", ×2" : "", pool_, pool_); }

private:
    /// Tasks' maps are of one size; channels are free.
    static const Shape &requireMap(const PortTypes &inputs, int task)
    {
        const std::string port = fmt::format("in.{}", task);
        const Shape &first = requireFeatures(inputs, "in.0");
        const Shape &shape = requireFeatures(inputs, port);
        if (shape[1] != first[1] || shape[2] != first[2])
            throw Error("input '{}' expected {}×{} as at 'in.0', found {}×{}", port, first[1], first[2], shape[1], shape[2]);
        return shape;
    }

    FeatureCost follow(const Shape &in) const
    {
        FeatureCost cost{in};
        cost.upsample(doubles_ ? 2 : 1);
        cost.conv(channels_, 3, 1, 2);
        cost.conv(channels_, 3, 1, 2);
        return cost;
    }

    std::int64_t channels_ = 32;
    std::int64_t heads_ = 2;
    std::int64_t ratio_ = 4;
    std::int64_t pool_ = 4;
    bool doubles_ = true;
    std::string cross_ = "all";
};

const Register<Block, InvptStage> registeredInvptStage{Card{.id = "invpt_stage",
                                                            .title = "UP-Transformer stage",
                                                            .category = "Transformers",
                                                            .summary = "Doubles all tasks' maps and lets every place attend to all places of all tasks.",
                                                            .paper = "Ye and Xu, ECCV 2022"}};

} // namespace

} // namespace concord
