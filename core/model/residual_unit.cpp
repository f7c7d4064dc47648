#include "core/model/residual_unit.h"

namespace concord {

std::vector<ConvOptions> residualConvs(const std::string &prefix, const ResidualOptions &o)
{
    if (o.bottleneck && o.out % 4 != 0)
        throw Error("channels: expected a multiple of 4 for bottleneck blocks, found {}", o.out);
    std::vector<ConvOptions> result;
    const auto add = [&](std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride, std::int64_t dilation, bool last) {
        const std::size_t number = result.size() + 1;
        result.push_back({.name = fmt::format("{}.conv{}", prefix, number),
                          .normName = fmt::format("{}.bn{}", prefix, number),
                          .in = in,
                          .out = out,
                          .kernel = kernel,
                          .stride = stride,
                          .dilation = dilation,
                          .activation = last ? Activation::none : Activation::relu,
                          .outputs = o.outputs});
    };
    if (o.bottleneck) {
        add(o.in, o.out / 4, 1, 1, 1, false);
        add(o.out / 4, o.out / 4, 3, o.stride, o.leadDilation(), false);
        add(o.out / 4, o.out, 1, 1, 1, true);
    } else {
        add(o.in, o.out, 3, o.stride, o.leadDilation(), false);
        add(o.out, o.out, 3, 1, o.dilation, true);
    }
    if (o.projects())
        result.push_back({.name = prefix + ".downsample.0",
                          .normName = prefix + ".downsample.1",
                          .in = o.in,
                          .out = o.out,
                          .stride = o.stride,
                          .activation = Activation::none,
                          .outputs = o.outputs});
    return result;
}

void addResidual(FeatureCost &cost, const ResidualOptions &o)
{
    const Shape in = cost.shape;
    std::vector<ConvOptions> convs = residualConvs("", o);
    if (o.projects()) {
        FeatureCost shortcut{in};
        shortcut.conv(o.out, 1, o.stride);
        cost.add(shortcut);
        convs.pop_back();
    }
    for (const ConvOptions &conv : convs)
        cost.conv(conv.out, conv.kernel, conv.stride, conv.dilation);
}

ResidualUnit::ResidualUnit(Layer &owner, const std::string &prefix, const ResidualOptions &o)
{
    std::vector<ConvOptions> convs = residualConvs(prefix, o);
    const std::size_t inRow = convs.size() - (o.projects() ? 1 : 0);
    convs_.reserve(inRow);
    for (std::size_t i = 0; i < inRow; ++i)
        convs_.emplace_back(owner, convs[i]);
    if (o.projects())
        shortcut_.emplace(owner, convs.back());
}

at::Tensor ResidualUnit::operator()(const at::Tensor &x) const
{
    at::Tensor y = x;
    for (std::size_t i = 0; i + 1 < convs_.size(); ++i)
        y = convs_[i](y);
    return convs_.back().withResidual(y, shortcut_ ? (*shortcut_)(x) : x);
}

} // namespace concord
