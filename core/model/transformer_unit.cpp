#include "core/model/transformer_unit.h"

#include <array>
#include <cmath>

namespace concord {

LayerNormUnit::LayerNormUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::vector<int> outputs)
    : LayerUnit(owner, prefix, std::move(outputs))
    , weight_(addParameter("weight", {channels}, Init::constant(1)))
    , bias_(addParameter("bias", {channels}, Init::zeros()))
{
}

at::Tensor LayerNormUnit::operator()(const at::Tensor &x) const
{
    constexpr double epsilon = 1e-6;
    return at::layer_norm(x.to(weight_->scalar_type()), weight_->sizes(), *weight_, *bias_, epsilon);
}

SelfAttentionUnit::SelfAttentionUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::int64_t heads)
    : LayerUnit(owner, prefix)
    , heads_(heads)
    // Glorot and Bengio, AISTATS 2010, of the three maps as one
    , weight_(addParameter("in_proj_weight", {3 * channels, channels}, Init::uniform(std::sqrt(6.0 / double(4 * channels)))))
    , bias_(addParameter("in_proj_bias", {3 * channels}, Init::zeros()))
    , out_(owner, prefix + ".out_proj", channels, channels, /*rectified=*/false)
{
}

at::Tensor SelfAttentionUnit::operator()(const at::Tensor &tokens) const
{
    // Stacked chunks, not a view with sizes: a traced model keeps batch and length free.
    const auto split = [this](const at::Tensor &x) { return at::stack(x.chunk(heads_, 2), 1); };   // [N, heads, L, C / heads]
    const std::vector<at::Tensor> parts = at::linear(tokens, *weight_, *bias_).chunk(3, 2);
    const double scale = std::sqrt(double(heads_) / double(weight_->size(1)));
    const at::Tensor scores = at::matmul(split(parts[0]) * scale, split(parts[1]).transpose(2, 3));
    return out_(at::matmul(at::softmax(scores, -1), split(parts[2])).transpose(1, 2).flatten(2));
}

TransformerUnit::TransformerUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::int64_t heads, std::int64_t hidden)
    : norm1_(owner, prefix + ".ln_1", channels)
    , attention_(owner, prefix + ".self_attention", channels, heads)
    , norm2_(owner, prefix + ".ln_2", channels)
    , fc1_(owner, prefix + ".mlp.0", channels, hidden, /*rectified=*/true)
    , fc2_(owner, prefix + ".mlp.3", hidden, channels, /*rectified=*/false)
{
}

std::int64_t TransformerUnit::parameterCount(std::int64_t channels, std::int64_t hidden)
{
    const std::int64_t attention = 4 * channels * channels + 4 * channels;
    return attention + 2 * channels * hidden + hidden + channels + 4 * channels;
}

std::int64_t TransformerUnit::macs(std::int64_t channels, std::int64_t hidden, std::int64_t tokens)
{
    return tokens * (4 * channels * channels + 2 * channels * hidden) + 2 * tokens * tokens * channels;
}

} // namespace concord
