#include "core/model/layer.h"

#include <cmath>
#include <stdexcept>

namespace concord {

Init Init::he(std::int64_t fanIn, bool rectified)
{
    return normal(std::sqrt((rectified ? 2.0 : 1.0) / double(fanIn)));
}

at::Tensor Layer::backwardMany(const at::Tensor &, at::Tensor &, bool)
{
    throw std::logic_error("Layer::backwardMany called on a layer that cannot");
}

void Layer::initialise(at::Generator generator)
{
    const at::NoGradGuard noGrad;
    for (Parameter &parameter : parameters_) {
        const Init &init = parameter.init;
        at::Tensor &value = parameter.value;
        switch (init.kind) {
        case Init::Kind::constant:
            value.fill_(init.a);
            break;
        case Init::Kind::normal:
            value.normal_(0, init.a, generator);
            break;
        case Init::Kind::uniform:
            value.uniform_(-init.a, init.a, generator);
            break;
        case Init::Kind::identity:
            value.fill_(init.b);
            value.diagonal(0, -2, -1).fill_(init.a);
            break;
        }
    }
}

at::Tensor &Layer::addParameter(std::string name, at::IntArrayRef sizes, Init init, std::vector<int> outputs)
{
    at::Tensor value = at::zeros(sizes, at::kFloat);
    value.set_requires_grad(true);
    return parameters_.emplace_back(Parameter{std::move(name), std::move(value), init, std::move(outputs)}).value;
}

at::Tensor &Layer::addBuffer(std::string name, at::Tensor value)
{
    return buffers_.emplace_back(Buffer{std::move(name), std::move(value)}).value;
}

at::Tensor Layer::dropout(const at::Tensor &x, double probability) const
{
    if (!training_ || probability <= 0)
        return x;
    const at::Tensor kept = at::empty_like(x.detach()).bernoulli_(1 - probability, generator_);
    return x.mul(kept).mul(1 / (1 - probability));
}

} // namespace concord
