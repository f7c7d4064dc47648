#include "core/model/norm_unit.h"

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

at::Tensor NormUnit::operator()(const at::Tensor &x) const
{
    constexpr double momentum = 0.1;
    constexpr double epsilon = 1e-5;
    const bool measure = isTraining() && x.numel() > x.size(1);
    if (measure)
        batches_->add_(1);
    return at::batch_norm(x, *weight_, *bias_, *mean_, *variance_, measure, momentum, epsilon, /*cudnn_enabled=*/true);
}

} // namespace concord
