#pragma once

#include "core/model/linear_unit.h"

namespace concord {

/// softmax(queries · keysᵀ · scale): […, Q, C] and […, K, C] → […, Q, K]. Each row sums to 1.
at::Tensor attentionWeights(const at::Tensor &queries, const at::Tensor &keys, double scale);

/// [N, L, C] → [N, heads, L, C / heads], and back. No sizes are read, so that a traced model keeps them free.
at::Tensor splitHeads(const at::Tensor &tokens, std::int64_t heads);
at::Tensor mergeHeads(const at::Tensor &parts);

/// Means of pool×pool pixels, at the right and lower border of as many as there are.
at::Tensor poolMap(const at::Tensor &map, std::int64_t pool);
constexpr std::int64_t pooledSize(std::int64_t size, std::int64_t pool)
{
    return (size + pool - 1) / pool;
}

/// How much of the attention goes to each of `tasks` equal runs of keys, the mean of all queries: [tasks], sums to 1. Detached.
at::Tensor attentionShares(const at::Tensor &weights, std::int64_t tasks);

/// [tasks, tasks] for people to see: who reads whom.
Layer::Probe taskProbe(const std::string &name, const at::Tensor &values);

/// Attention of several heads (Vaswani et al., NeurIPS 2017) from one set of tokens [N, Q, C] to another [N, K, C]; names and layout of the weights
/// are torch's.
class CrossAttentionUnit : public LayerUnit
{
public:
    CrossAttentionUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::int64_t heads, const std::vector<int> &outputs = {});

    struct Result
    {
        at::Tensor tokens;  ///< [N, Q, C]
        at::Tensor weights; ///< [N, heads, Q, K]
    };
    Result operator()(const at::Tensor &queries, const at::Tensor &keys) const;

    static std::int64_t parameterCount(std::int64_t channels) { return 4 * channels * (channels + 1); }
    static std::int64_t macs(std::int64_t channels, std::int64_t queries, std::int64_t keys)
    {
        return 2 * (queries + keys) * channels * channels + 2 * queries * keys * channels;
    }

private:
    std::int64_t heads_;
    at::Tensor *weight_;
    at::Tensor *bias_;
    LinearUnit out_;
};

} // namespace concord
