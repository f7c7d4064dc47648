#pragma once

#include "core/model/layer_unit.h"

namespace concord {

struct DeformableOptions
{
    std::string prefix = {};
    std::int64_t in = 1;
    std::int64_t out = 1;
    std::int64_t kernel = 3; ///< odd
    std::int64_t groups = 1; ///< channels that share offsets; divides `in`
    std::vector<int> outputs = {};
};

/// Deformable convolution (Dai et al., ICCV 2017): each tap of the kernel reads the map where an offset moves it to, between pixels bilinearly and zero
/// outside. The offsets, in pixels, are a 3×3 convolution of the same map and start at zero, where this is a plain convolution. Channel
/// 2 · (group · taps + tap) of the offsets is to the right, the next one down.
class DeformableUnit : public LayerUnit
{
public:
    DeformableUnit(Layer &owner, const DeformableOptions &options);

    at::Tensor operator()(const at::Tensor &x) const;

    static std::int64_t parameterCount(const DeformableOptions &options);
    /// Without the sampling itself.
    static std::int64_t macs(const DeformableOptions &options, std::int64_t pixels);

private:
    at::Tensor sample(const at::Tensor &x, const at::Tensor &offsets) const;

    std::int64_t kernel_;
    std::int64_t groups_;
    at::Tensor *weight_;
    at::Tensor *bias_;
    at::Tensor *offsetWeight_;
    at::Tensor *offsetBias_;
};

} // namespace concord
