#pragma once

#include "core/model/layer_unit.h"
#include "core/model/linear_unit.h"

namespace concord {

/// Over the last size.
class LayerNormUnit : public LayerUnit
{
public:
    LayerNormUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::vector<int> outputs = {});

    at::Tensor operator()(const at::Tensor &x) const;

private:
    at::Tensor *weight_;
    at::Tensor *bias_;
};

/// Attention of several heads (Vaswani et al., NeurIPS 2017) among tokens [N, L, C]; names and layout of the weights are torch's.
class SelfAttentionUnit : public LayerUnit
{
public:
    SelfAttentionUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::int64_t heads);

    at::Tensor operator()(const at::Tensor &tokens) const;

private:
    std::int64_t heads_;
    at::Tensor *weight_;
    at::Tensor *bias_;
    LinearUnit out_;
};

/// x + attention(norm(x)), then x + mlp(norm(x)): an encoder block of a vision transformer (Dosovitskiy et al., ICLR 2021).
class TransformerUnit
{
public:
    TransformerUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::int64_t heads, std::int64_t hidden);

    at::Tensor attend(const at::Tensor &tokens) const { return attention_(norm1_(tokens)); }
    at::Tensor transform(const at::Tensor &tokens) const { return fc2_(at::gelu(fc1_(norm2_(tokens)))); }

    static std::int64_t parameterCount(std::int64_t channels, std::int64_t hidden);
    static std::int64_t macs(std::int64_t channels, std::int64_t hidden, std::int64_t tokens);

private:
    LayerNormUnit norm1_;
    SelfAttentionUnit attention_;
    LayerNormUnit norm2_;
    LinearUnit fc1_;
    LinearUnit fc2_;
};

/// A token map [N, C, rows, columns] as [N, tokens, C], and back; both are free when the map's memory is channels-last. No sizes are
/// read, so that a traced model keeps them free.
inline at::Tensor tokensOf(const at::Tensor &map) { return map.flatten(2).transpose(1, 2); }
inline at::Tensor mapOf(const at::Tensor &tokens, const at::Tensor &like) { return tokens.transpose(1, 2).reshape_as(like); }

} // namespace concord
