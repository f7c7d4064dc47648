#pragma once

#include "core/model/activation.h"
#include "core/model/norm_unit.h"

#include <optional>

namespace concord {

/// `normName` empty: a bias instead of batch normalisation.
struct ConvOptions
{
    std::string name = "conv";
    std::string normName = "bn";
    std::int64_t in = 1;
    std::int64_t out = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    Activation activation = Activation::relu;
    std::vector<int> outputs = {};   ///< of the layer, that it influences; empty: all
};

/// `x` through a kernel, padded so that an odd one with stride 1 keeps the size; through a linear map where `weight` is [out, in].
at::Tensor convolve(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, std::int64_t stride, std::int64_t dilation,
                    std::int64_t groups = 1);

/// Convolution, batch normalisation, activation. Padded so that an odd kernel with stride 1 keeps the size.
class ConvUnit : public LayerUnit
{
public:
    ConvUnit(Layer &owner, const ConvOptions &options);

    at::Tensor operator()(const at::Tensor &x) const;
    /// `residual` is added behind the normalisation, then comes ReLU in place of the unit's activation.
    at::Tensor withResidual(const at::Tensor &x, const at::Tensor &residual) const;
    const at::Tensor &weight() const { return *weight_; }

private:
    at::Tensor linear(const at::Tensor &x) const;

    std::int64_t stride_;
    std::int64_t dilation_;
    Activation activation_;
    at::Tensor *weight_;
    at::Tensor *bias_ = nullptr;
    std::optional<NormUnit> norm_;
};

} // namespace concord
