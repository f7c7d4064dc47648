#include "core/model/pair_context.h"

#include "core/base/text.h"
#include "core/model/attention_unit.h"
#include "core/model/feature_cost.h"
#include "core/model/transformer_unit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace concord {

namespace {

at::Tensor throughContext(const std::vector<ConvUnit> &units, at::Tensor x)
{
    for (const ConvUnit &unit : units)
        x = unit(x);
    return x;
}

/// [N, C, window², L]: what a window around each place holds, zeros outside the map.
at::Tensor contextWindows(const at::Tensor &map, std::int64_t window)
{
    const std::array kernel = {window, window};
    const std::array padding = {window / 2, window / 2};
    const std::array one = {std::int64_t(1), std::int64_t(1)};
    return at::stack(at::im2col(map, kernel, one, padding, one).chunk(map.size(1), 1), 1);
}

} // namespace

ContextKind contextKind(const std::string &name)
{
    const auto found = std::ranges::find(contextNames, name);
    if (found == std::end(contextNames))
        throw Error("contexts: expected none, global, local, t-label or s-label, found '{}'", name);
    return ContextKind(found - std::begin(contextNames));
}

PairContext::PairContext(Layer &owner, const PairContextOptions &o)
    : options_(o)
{
    // Linear attention ends in softplus, the others in ReLU, as in the authors' code.
    const bool isLinear = o.kind == ContextKind::global && o.isLinear;
    const auto conv = [&](const std::string &part, std::int64_t in, Activation activation) {
        return ConvUnit(
            owner, {.name = o.prefix + part, .normName = o.prefix + part + "_bn", .in = in, .out = o.channels, .activation = activation, .outputs = o.outputs});
    };
    const Activation last = isLinear ? Activation::none : Activation::relu;
    query_ = {conv("query1", o.in, Activation::relu), conv("query2", o.channels, last)};
    key_ = {conv("key1", o.in, Activation::relu), conv("key2", o.channels, last)};
    value_ = {conv("value", o.in, Activation::relu)};
}

at::Tensor PairContext::operator()(const at::Tensor &target, const at::Tensor &source, const at::Tensor &label) const
{
    at::Tensor context = source;
    if (options_.kind == ContextKind::global && !options_.isLinear)
        context = poolMap(source, options_.pool);
    if (label.defined()) // one place for each region: the mean of the source's features, weighted by a softmax over places
        context = at::matmul(at::softmax(label.flatten(2), -1), tokensOf(source)).transpose(1, 2).unsqueeze(-1);

    const at::Tensor queries = throughContext(query_, target);
    const at::Tensor keys = throughContext(key_, context);
    const at::Tensor values = throughContext(value_, context);
    if (options_.kind == ContextKind::global && options_.isLinear)
        return linear(queries, keys, values);
    if (options_.kind == ContextKind::local)
        return local(queries, keys, values);
    const at::Tensor weights = attentionWeights(tokensOf(queries), tokensOf(keys), 1 / std::sqrt(double(options_.channels)));
    return mapOf(at::matmul(weights, tokensOf(values)), queries);
}

/// Katharopoulos et al., ICML 2020: with weights φ(q)·φ(k) the sum over places need be made only once.
at::Tensor PairContext::linear(const at::Tensor &queries, const at::Tensor &keys, const at::Tensor &values) const
{
    const at::Tensor q = at::softplus(queries.to(at::kFloat)).flatten(2);
    const at::Tensor k = at::softplus(keys.to(at::kFloat)).flatten(2);
    const at::Tensor mixed = at::matmul(at::matmul(values.flatten(2), k.transpose(1, 2)), q);
    const at::Tensor weight = at::matmul(k.sum({2}).unsqueeze(1), q).clamp_min(1e-12);
    return (mixed / weight).reshape_as(queries);
}

/// Places outside the map get no weight; in the authors' code they take part with zeros.
at::Tensor PairContext::local(const at::Tensor &queries, const at::Tensor &keys, const at::Tensor &values) const
{
    const at::Tensor k = keys.to(at::kFloat);
    const at::Tensor q = queries.to(at::kFloat).flatten(2).unsqueeze(2);
    const double scale = 1 / std::sqrt(double(options_.channels));
    const at::Tensor scores = (q * contextWindows(k, options_.window)).sum({1}) * scale; // [N, window², L]
    const at::Tensor inside = contextWindows(at::ones_like(k.detach().narrow(0, 0, 1).narrow(1, 0, 1)), options_.window).select(1, 0);
    const at::Tensor weights = at::softmax(scores.masked_fill(inside.lt(0.5), -std::numeric_limits<double>::infinity()), 1);
    return (weights.unsqueeze(1) * contextWindows(values.to(at::kFloat), options_.window)).sum({2}).reshape_as(queries);
}

std::int64_t PairContext::parameterCount(const PairContextOptions &o)
{
    return 3 * o.in * o.channels + 2 * o.channels * o.channels + 10 * o.channels;
}

std::int64_t PairContext::macs(const PairContextOptions &o, const std::vector<std::int64_t> &map, std::int64_t labels)
{
    const std::int64_t pixels = map[1] * map[2];
    const std::int64_t width = o.channels;
    std::int64_t places = pixels; // that are projected to keys and values
    std::int64_t attention = 0;
    switch (o.kind) {
    case ContextKind::none:
        return 0;
    case ContextKind::global:
        if (!o.isLinear)
            places = pooledSize(map[1], o.pool) * pooledSize(map[2], o.pool);
        attention = o.isLinear ? pixels * width * (2 * width + 1) : 2 * pixels * places * width;
        break;
    case ContextKind::local:
        attention = 2 * pixels * o.window * o.window * width;
        break;
    case ContextKind::targetLabel:
    case ContextKind::sourceLabel:
        places = labels;
        attention = labels * pixels * (o.in + 2 * width);
        break;
    }
    return pixels * (o.in * width + width * width) + places * (2 * o.in * width + width * width) + attention;
}

} // namespace concord
