#include "core/model/attention_unit.h"

#include "core/model/expert_gate.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace concord {

at::Tensor attentionWeights(const at::Tensor &queries, const at::Tensor &keys, double scale)
{
    return at::softmax(at::matmul(queries * scale, keys.transpose(-2, -1)), -1);
}

at::Tensor splitHeads(const at::Tensor &tokens, std::int64_t heads)
{
    return at::stack(tokens.chunk(heads, 2), 1);
}

at::Tensor mergeHeads(const at::Tensor &parts)
{
    return parts.transpose(1, 2).flatten(2);
}

at::Tensor poolMap(const at::Tensor &map, std::int64_t pool)
{
    const std::array kernel = {pool, pool};
    return pool == 1 ? map : at::avg_pool2d(map, kernel, kernel, /*padding=*/0, /*ceil_mode=*/true);
}

at::Tensor attentionShares(const at::Tensor &weights, std::int64_t tasks)
{
    const at::NoGradGuard noGrad;
    return at::stack(meanOverSamples(weights.detach().to(at::kFloat)).chunk(tasks, 0)).sum({-1});
}

Layer::Probe taskProbe(const std::string &name, const at::Tensor &values)
{
    Layer::Probe probe{.name = name, .rows = {}, .columns = {}, .values = values.detach()};
    for (std::int64_t t = 0; t < values.size(0); ++t)
        probe.rows.push_back(fmt::format("task {}", t));
    probe.columns = probe.rows;
    return probe;
}

CrossAttentionUnit::CrossAttentionUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::int64_t heads, const std::vector<int> &outputs)
    : LayerUnit(owner, prefix, outputs)
    , heads_(heads)
    // Glorot and Bengio, AISTATS 2010, of the three maps as one
    , weight_(addParameter("in_proj_weight", {3 * channels, channels}, Init::uniform(std::sqrt(6.0 / double(4 * channels)))))
    , bias_(addParameter("in_proj_bias", {3 * channels}, Init::zeros()))
    , out_(owner, prefix + ".out_proj", channels, channels, /*rectified=*/false, /*bias=*/true, outputs)
{
}

CrossAttentionUnit::Result CrossAttentionUnit::operator()(const at::Tensor &queries, const at::Tensor &keys) const
{
    const std::int64_t channels = weight_->size(1);
    const at::Tensor q = at::linear(queries, weight_->narrow(0, 0, channels), bias_->narrow(0, 0, channels));
    const std::vector<at::Tensor> kv = at::linear(keys, weight_->narrow(0, channels, 2 * channels), bias_->narrow(0, channels, 2 * channels)).chunk(2, 2);
    const double scale = std::sqrt(double(heads_) / double(channels));
    const at::Tensor weights = attentionWeights(splitHeads(q, heads_), splitHeads(kv[0], heads_), scale);
    return {.tokens = out_(mergeHeads(at::matmul(weights, splitHeads(kv[1], heads_)))), .weights = weights};
}

} // namespace concord
