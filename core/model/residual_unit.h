#pragma once

#include "core/model/conv_unit.h"
#include "core/model/feature_cost.h"

namespace concord {

/// One residual block: two 3×3 convolutions, or 1×1, 3×3, 1×1 on a quarter of the channels (bottleneck).
struct ResidualOptions
{
    std::int64_t in = 1;
    std::int64_t out = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t firstDilation = 0;   ///< of the first 3×3 kernel; 0: as the others
    bool bottleneck = false;
    std::vector<int> outputs = {};    ///< of the layer, that it influences; empty: all

    bool projects() const { return stride != 1 || in != out; }
    std::int64_t leadDilation() const { return firstDilation > 0 ? firstDilation : dilation; }

    /// The block that follows in the same stage.
    ResidualOptions next() const { return {.in = out, .out = out, .dilation = dilation, .bottleneck = bottleneck, .outputs = outputs}; }
};

/// Its convolutions in their order: those one after the other, and last, where it projects, that of the shortcut. Throws Error.
std::vector<ConvOptions> residualConvs(const std::string &prefix, const ResidualOptions &options);

/// Adds what a block costs and moves `cost` behind it. No torch here. Throws Error.
void addResidual(FeatureCost &cost, const ResidualOptions &options);

/// Kernels, order and names are torchvision's.
class ResidualUnit
{
public:
    ResidualUnit(Layer &owner, const std::string &prefix, const ResidualOptions &options);

    at::Tensor operator()(const at::Tensor &x) const;

private:
    std::vector<ConvUnit> convs_;
    std::optional<ConvUnit> shortcut_;
};

} // namespace concord
