#pragma once

#include "core/model/conv_unit.h"

namespace concord {

/// The weight of a convolution, or of a linear map where `isMap` is false, alone: without a bias and what follows, so that tasks can add
/// theirs or change the weight. Of the options it uses name, in, out, kernel, stride, dilation and outputs.
class KernelUnit : public LayerUnit
{
public:
    KernelUnit(Layer &owner, const ConvOptions &options, bool isMap, const Init &init);

    /// With a weight that is not trained: a buffer that starts as `fixed`.
    KernelUnit(Layer &owner, const ConvOptions &options, const at::Tensor &fixed);

    at::Tensor operator()(const at::Tensor &x) const { return apply(x, *weight_); }
    at::Tensor apply(const at::Tensor &x, const at::Tensor &weight) const; ///< with another weight of the same shape

    const at::Tensor &weight() const { return *weight_; }

    /// Of the weight.
    static std::vector<std::int64_t> sizes(const ConvOptions &options, bool isMap);
    /// What the weight starts like where a ReLU follows, or nothing.
    static Init start(const ConvOptions &options);

private:
    std::int64_t stride_;
    std::int64_t dilation_;
    at::Tensor *weight_;
};

} // namespace concord
