#include "core/model/conv_unit.h"

#include "core/model/feature_cost.h"

#include <array>

namespace concord {

at::Tensor convolve(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, std::int64_t stride, std::int64_t dilation,
                    std::int64_t groups)
{
    if (weight.dim() == 2)
        return at::linear(x, weight, bias);
    const std::int64_t padding = samePadding(weight.sizes()[2], dilation);
    // Along a side of one pixel every stride gives the same pixel. LibTorch 1.13 (oneDNN 2.6) with a stride above 1 there leaves weight gradients in
    // bfloat16 partly unwritten; a stride of 1 is computed right.
    std::array strides = {x.size(2) > 1 ? stride : 1, x.size(3) > 1 ? stride : 1};
    at::Tensor read = x;
    // A single weight per channel reads every stride-th pixel: these are taken first. The same oneDNN, with channels last and fewer than 16 of them, writes
    // past the end of its memory in the backward pass of such a kernel with a stride.
    if (weight.size(2) == 1 && weight.size(3) == 1 && stride > 1 && x.is_cpu() && at::GradMode::is_enabled()) {
        read = x.slice(2, 0, x.size(2), strides[0]).slice(3, 0, x.size(3), strides[1]);
        strides = {1, 1};
    }
    const std::array paddings = {padding, padding};
    const std::array dilations = {dilation, dilation};
    return at::conv2d(read, weight, bias, strides, at::IntArrayRef(paddings), dilations, groups);
}

ConvUnit::ConvUnit(Layer &owner, const ConvOptions &o)
    : LayerUnit(owner, o.name, o.outputs)
    , stride_(o.stride)
    , dilation_(o.dilation)
    , activation_(o.activation)
{
    const bool rectified = activation_ == Activation::relu || activation_ == Activation::gelu;
    weight_ = addParameter("weight", {o.out, o.in, o.kernel, o.kernel}, Init::he(o.in * o.kernel * o.kernel, rectified));
    if (o.normName.empty())
        bias_ = addParameter("bias", {o.out}, Init::zeros());
    else
        norm_.emplace(owner, o.normName, o.out, o.outputs);
}

at::Tensor ConvUnit::operator()(const at::Tensor &x) const
{
    const at::Tensor y = linear(x);
    return norm_ ? (*norm_)(y, activation_) : activate(y, activation_);
}

at::Tensor ConvUnit::withResidual(const at::Tensor &x, const at::Tensor &residual) const
{
    const at::Tensor y = linear(x);
    return norm_ ? (*norm_)(y, Activation::relu, residual) : activate(y + residual, Activation::relu);
}

at::Tensor ConvUnit::linear(const at::Tensor &x) const
{
    return convolve(x, *weight_, bias_ ? *bias_ : at::Tensor(), stride_, dilation_);
}

} // namespace concord
