#include "core/model/norm_unit.h"

#include "core/model/norm_function.h"

namespace concord {

NormUnit::NormUnit(Layer &owner, const std::string &prefix, std::int64_t channels, std::vector<int> outputs)
    : LayerUnit(owner, prefix, std::move(outputs))
    , weight_(addParameter("weight", {channels}, Init::constant(1)))
    , bias_(addParameter("bias", {channels}, Init::zeros()))
    , mean_(addBuffer("running_mean", at::zeros({channels})))
    , variance_(addBuffer("running_var", at::ones({channels})))
    , batches_(addBuffer("num_batches_tracked", at::zeros({}, at::kLong)))
{
}

at::Tensor NormUnit::operator()(const at::Tensor &x, Activation activation, const at::Tensor &residual) const
{
    NormNumbers numbers{*weight_, *bias_, *mean_, *variance_};
    const bool measure = isTraining() && x.numel() > x.size(1);
    if (measure)
        batches_->add_(1);
    if (measure && canNormaliseRows(x, numbers)) {
        const bool rectified = activation == Activation::relu;
        const at::Tensor y = normaliseBatch(x, numbers, residual, rectified);
        return rectified ? y : activate(y, activation);
    }
    const at::Tensor y = at::batch_norm(x, *weight_, *bias_, *mean_, *variance_, measure, numbers.momentum, numbers.epsilon, /*cudnn_enabled=*/true);
    return activate(residual.defined() ? y + residual : y, activation);
}

} // namespace concord
