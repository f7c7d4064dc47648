#include "core/model/activation.h"

#include "core/base/error.h"

namespace concord {

Activation activation(const std::string &name)
{
    if (name == "none")
        return Activation::none;
    if (name == "relu")
        return Activation::relu;
    if (name == "gelu")
        return Activation::gelu;
    if (name == "sigmoid")
        return Activation::sigmoid;
    throw Error("activation: expected none, relu, gelu or sigmoid, found '{}'", name);
}

at::Tensor activate(at::Tensor x, Activation activation)
{
    switch (activation) {
    case Activation::relu:
        return x.relu_();
    case Activation::gelu:
        return at::gelu(x);
    case Activation::sigmoid:
        return at::sigmoid(x);
    case Activation::none:
        break;
    }
    return x;
}

} // namespace concord
