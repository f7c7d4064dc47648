#pragma once

#include "core/model/activation.h"
#include "core/model/layer_unit.h"

namespace concord {

/// Batch normalisation (Ioffe and Szegedy, ICML 2015) over [N, C] or [N, C, H, W]; parameter and buffer names are torchvision's.
class NormUnit : public LayerUnit
{
public:
    NormUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::vector<int> outputs = {});

    /// A batch with a single value per channel has no variance: it is normalised by the running statistics, which stay as they are.
    at::Tensor operator()(const at::Tensor &x, Activation activation = Activation::none) const { return (*this)(x, activation, {}); }
    /// `residual`, of x's shape, is added before the activation; undefined for none.
    at::Tensor operator()(const at::Tensor &x, Activation activation, const at::Tensor &residual) const;

private:
    at::Tensor *weight_;
    at::Tensor *bias_;
    at::Tensor *mean_;
    at::Tensor *variance_;
    at::Tensor *batches_;
};

} // namespace concord
