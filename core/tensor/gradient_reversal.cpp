#include "core/tensor/gradient_reversal.h"

#include <torch/csrc/autograd/custom_function.h>

namespace concord {

namespace {

class GradientReversal : public torch::autograd::Function<GradientReversal>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &strength)
    {
        context->save_for_backward({strength});
        return x.view_as(x);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients)
    {
        const at::Tensor strength = context->get_saved_variables().front();
        return {gradients.front() * strength.to(gradients.front().scalar_type()).neg(), at::Tensor()};
    }
};

} // namespace

at::Tensor reverseGradient(const at::Tensor &x, double strength)
{
    return reverseGradient(x, at::full({}, strength, at::TensorOptions().dtype(at::kFloat).device(x.device())));
}

at::Tensor reverseGradient(const at::Tensor &x, const at::Tensor &strength)
{
    return GradientReversal::apply(x, strength.detach());
}

} // namespace concord
