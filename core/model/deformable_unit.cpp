#include "core/model/deformable_unit.h"

#include <array>

namespace concord {

namespace {

std::int64_t offsetChannels(const DeformableOptions &o)
{
    return 2 * o.kernel * o.kernel * o.groups;
}

} // namespace

DeformableUnit::DeformableUnit(Layer &owner, const DeformableOptions &o)
    : LayerUnit(owner, o.prefix, o.outputs)
    , kernel_(o.kernel)
    , groups_(o.groups)
    , weight_(addParameter("weight", {o.out, o.in, o.kernel, o.kernel}, Init::he(o.in * o.kernel * o.kernel, true)))
    , bias_(addParameter("bias", {o.out}, Init::zeros()))
    , offsetWeight_(addParameter("offset.weight", {offsetChannels(o), o.in, 3, 3}, Init::zeros()))
    , offsetBias_(addParameter("offset.bias", {offsetChannels(o)}, Init::zeros()))
{
}

at::Tensor DeformableUnit::operator()(const at::Tensor &x) const
{
    // Between pixels half precision is too coarse.
    const at::Tensor offsets = at::conv2d(x, *offsetWeight_, *offsetBias_, 1, 1).to(at::kFloat);
    const at::Tensor taps = sample(x.to(at::kFloat), offsets);
    const at::Tensor weight = weight_->permute({0, 2, 3, 1}).flatten(1).unsqueeze(-1).unsqueeze(-1);
    return at::conv2d(taps, weight, *bias_);
}

/// [N, taps · C, H, W], tap by tap. Groups go as further samples, taps as further rows, so that all is sampled at once. Positions are made by sums over
/// ones, because a traced model shall keep its sizes free.
at::Tensor DeformableUnit::sample(const at::Tensor &x, const at::Tensor &offsets) const
{
    const at::Tensor grouped = at::cat(x.chunk(groups_, 1), 0);
    const at::Tensor ones = at::ones_like(x.detach().narrow(0, 0, 1).select(1, 0));
    const at::Tensor width = ones.sum({2}, true);
    const at::Tensor height = ones.sum({1}, true);
    const at::Tensor columns = ones.cumsum(2);
    const at::Tensor rows = ones.cumsum(1);

    const std::vector<at::Tensor> moves = at::cat(offsets.chunk(groups_, 1), 0).chunk(2 * kernel_ * kernel_, 1);
    std::vector<at::Tensor> grid;
    for (std::int64_t tap = 0; tap < kernel_ * kernel_; ++tap) {
        const auto right = double(tap % kernel_ - kernel_ / 2);
        const auto down = double(tap / kernel_ - kernel_ / 2);
        // Pixel i of n has its centre at (2 i + 1) / n − 1; columns and rows count from 1.
        const at::Tensor u = (2 * (columns + moves[std::size_t(2 * tap)].squeeze(1) + right) - 1) / width - 1;
        const at::Tensor v = (2 * (rows + moves[std::size_t(2 * tap + 1)].squeeze(1) + down) - 1) / height - 1;
        grid.push_back(at::stack({u, v}, -1));
    }
    constexpr int bilinear = 0;
    constexpr int zeroOutside = 0;
    const at::Tensor sampled = at::grid_sampler(grouped, at::cat(grid, 1), bilinear, zeroOutside, /*align_corners=*/false);
    return at::cat(at::cat(sampled.chunk(groups_, 0), 1).chunk(kernel_ * kernel_, 2), 1);
}

std::int64_t DeformableUnit::parameterCount(const DeformableOptions &o)
{
    return (o.in * o.kernel * o.kernel + 1) * o.out + (9 * o.in + 1) * offsetChannels(o);
}

std::int64_t DeformableUnit::macs(const DeformableOptions &o, std::int64_t pixels)
{
    return pixels * (o.in * o.kernel * o.kernel * o.out + 9 * o.in * offsetChannels(o));
}

} // namespace concord
