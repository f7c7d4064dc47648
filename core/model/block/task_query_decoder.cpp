// Task-aware transformer decoder of DeMT (Xu et al., AAAI 2023, section 3.2). Task interaction: self-attention over the tokens of all tasks together, a
// linear map and a layer norm. Task query: each task's own tokens ask the interacted tokens of all tasks, and the answer, mapped and normed, is
// added to them. There are no positions in either. With `pool` the interaction and what is asked have one token for pool×pool pixels,
// where the paper keeps all; the queries are always all of a task's pixels.
#include "core/base/text.h"
#include "core/model/attention_unit.h"
#include "core/model/columns.h"
#include "core/model/transformer_unit.h"

namespace concord {

namespace {

class TaskQueryLayer : public Layer
{
public:
    TaskQueryLayer(std::int64_t tasks, std::int64_t channels, std::int64_t heads, std::int64_t pool)
        : tasks_(tasks)
        , pool_(pool)
        , interaction_(*this, "interaction", channels, heads)
        , interacted_(*this, "interacted", channels, {})
    {
        for (std::int64_t t = 0; t < tasks; ++t) {
            const std::vector<int> outputs = {int(t)};
            queries_.emplace_back(*this, fmt::format("task{}.query", t), channels, heads, outputs);
            answers_.emplace_back(*this, fmt::format("task{}.answer", t), channels, outputs);
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> pooled;
        for (const at::Tensor &input : inputs)
            pooled.push_back(tokensOf(poolMap(input, pool_)));
        const at::Tensor all = at::cat(pooled, 1);
        const at::Tensor asked = interacted_(interaction_(all, all).tokens);
        std::vector<at::Tensor> result;
        std::vector<at::Tensor> shares;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            const at::Tensor tokens = tokensOf(inputs[t]);
            const CrossAttentionUnit::Result answer = queries_[t](tokens, asked);
            result.push_back(mapOf(tokens + answers_[t](answer.tokens), inputs[t]));
            shares.push_back(attentionShares(answer.weights, tasks_));
        }
        shares_ = at::stack(shares);
        return result;
    }

    std::vector<Probe> probes() const override { return shares_.defined() ? std::vector{taskProbe("attention", shares_)} : std::vector<Probe>(); }

private:
    /// A linear map and a layer norm.
    struct NormedMap
    {
        NormedMap(Layer &owner, const std::string &prefix, std::int64_t channels, const std::vector<int> &outputs)
            : map(owner, prefix + ".fc", channels, channels, /*rectified=*/false, /*bias=*/true, outputs)
            , norm(owner, prefix + ".ln", channels, outputs)
        {
        }
        at::Tensor operator()(const at::Tensor &x) const { return norm(map(x)); }

        LinearUnit map;
        LayerNormUnit norm;
    };

    std::int64_t tasks_;
    std::int64_t pool_;
    CrossAttentionUnit interaction_;
    NormedMap interacted_;
    std::vector<CrossAttentionUnit> queries_;
    std::vector<NormedMap> answers_;
    at::Tensor shares_;
};

class TaskQueryDecoder : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("heads", heads_, {.help = "Attention heads; they share the channels", .min = 1, .max = 64});
        visitor("pool", pool_,
                {.help = "Side of the squares of pixels that make one token of the interaction; its cost falls with the fourth power", .min = 1, .max = 64});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = PortType::features, .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        const Shape &in = requireColumns(inputs, repeats, "features");
        const std::int64_t channels = in[0];
        if (channels % heads_ != 0)
            throw Error("heads: expected a number that divides the {} channels, found {}", channels, heads_);
        const std::int64_t pixels = in[1] * in[2];
        const std::int64_t asked = repeats * pooledSize(in[1], pool_) * pooledSize(in[2], pool_);
        const std::int64_t normedMap = channels * (channels + 1) + 2 * channels;
        return {.outputs = columnOutputs(in, repeats, "features"),
                .parameters = (repeats + 1) * (CrossAttentionUnit::parameterCount(channels) + normedMap),
                .macs = CrossAttentionUnit::macs(channels, asked, asked) + asked * channels * channels +
                        repeats * (CrossAttentionUnit::macs(channels, pixels, asked) + pixels * channels * channels)};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<TaskQueryLayer>(std::int64_t(spec.outputs.size()), spec.inputs.at("in.0").shape[0], heads_, pool_);
    }

    std::string summary() const override { return fmt::format("{} heads, tokens of {}×{}", heads_, pool_, pool_); }

private:
    std::int64_t heads_ = 4;
    std::int64_t pool_ = 1;
};

const Register<Block, TaskQueryDecoder> registeredTaskQueryDecoder{
    Card{.id = "task_query_decoder",
         .title = "Task query decoder",
         .category = "Distillation",
         .summary = "Lets all tasks' tokens interact, then each task's tokens ask what they need.",
         .paper = "Xu et al., AAAI 2023"}};

} // namespace

} // namespace concord
