#include "core/model/kernel_unit.h"

namespace concord {

KernelUnit::KernelUnit(Layer &owner, const ConvOptions &o, bool isMap, const Init &init)
    : LayerUnit(owner, o.name, o.outputs)
    , stride_(o.stride)
    , dilation_(o.dilation)
    , weight_(addParameter("weight", sizes(o, isMap), init))
{
}

KernelUnit::KernelUnit(Layer &owner, const ConvOptions &o, const at::Tensor &fixed)
    : LayerUnit(owner, o.name, o.outputs)
    , stride_(o.stride)
    , dilation_(o.dilation)
    , weight_(addBuffer("weight", fixed))
{
}

std::vector<std::int64_t> KernelUnit::sizes(const ConvOptions &o, bool isMap)
{
    if (isMap)
        return {o.out, o.in, o.kernel, o.kernel};
    return {o.out, o.in};
}

Init KernelUnit::start(const ConvOptions &o)
{
    return Init::he(o.in * o.kernel * o.kernel, o.activation == Activation::relu);
}

at::Tensor KernelUnit::apply(const at::Tensor &x, const at::Tensor &weight) const
{
    return convolve(x, weight, {}, stride_, dilation_);
}

} // namespace concord
