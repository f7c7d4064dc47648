#pragma once

#include "core/model/conv_unit.h"

namespace concord {

/// What a task looks at in another (Bruggemann et al., ICCV 2021, section 3.2): all places, those in a window around its own, or the places of each of the
/// regions that its own (target) or the other's (source) initial prediction shows softly.
enum class ContextKind { none, global, local, targetLabel, sourceLabel };
constexpr std::int64_t contextKinds = 5;
constexpr const char *contextNames[] = {"none", "global", "local", "t-label", "s-label"};

ContextKind contextKind(const std::string &name); ///< throws Error

struct PairContextOptions
{
    std::string prefix = {}; ///< ending with a dot
    ContextKind kind = ContextKind::global;
    std::int64_t in = 1;
    std::int64_t channels = 1;
    std::int64_t window = 9; ///< odd
    std::int64_t pool = 1;   ///< of what global softmax attention looks at
    bool isLinear = true;    ///< global attention by softplus features instead of a softmax
    std::vector<int> outputs = {};
};

/// From one source to one target: attention with queries of the target over the source's context. All projections are its own.
class PairContext
{
public:
    PairContext(Layer &owner, const PairContextOptions &options);

    /// `label`: the initial prediction [N, K, H, W] that a label context goes by. → [N, channels, H, W]
    at::Tensor operator()(const at::Tensor &target, const at::Tensor &source, const at::Tensor &label) const;

    static std::int64_t parameterCount(const PairContextOptions &options);
    /// On a map of that shape, with that many channels of the label.
    static std::int64_t macs(const PairContextOptions &options, const std::vector<std::int64_t> &map, std::int64_t labels);

private:
    at::Tensor linear(const at::Tensor &queries, const at::Tensor &keys, const at::Tensor &values) const;
    at::Tensor local(const at::Tensor &queries, const at::Tensor &keys, const at::Tensor &values) const;

    PairContextOptions options_;
    std::vector<ConvUnit> query_;
    std::vector<ConvUnit> key_;
    std::vector<ConvUnit> value_;
};

} // namespace concord
