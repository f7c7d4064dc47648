#include "core/model/conv_unit.h"

#include "core/model/feature_cost.h"

#include <array>

namespace concord {

ConvUnit::ConvUnit(Layer &owner, const ConvOptions &o)
    : LayerUnit(owner, o.name, o.outputs)
    , stride_(o.stride)
    , padding_(samePadding(o.kernel, o.dilation))
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
    const std::array stride = {stride_, stride_};
    const std::array padding = {padding_, padding_};
    const std::array dilation = {dilation_, dilation_};
    const at::Tensor y = at::conv2d(x, *weight_, bias_ ? *bias_ : at::Tensor(), stride, at::IntArrayRef(padding), dilation);
    return activate(norm_ ? (*norm_)(y) : y, activation_);
}

} // namespace concord
