#include "core/model/norm_function.h"

#include "core/base/error.h"
#include "core/model/norm_rows.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

namespace concord {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

std::vector<float> floatsOf(const at::Tensor &t)
{
    const at::Tensor flat = t.detach().contiguous();
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

at::Tensor tensorOf(const std::vector<double> &values)
{
    const at::Tensor result = at::empty({std::int64_t(values.size())});
    std::copy(values.begin(), values.end(), result.data_ptr<float>());
    return result;
}

RowScaling scalingOf(const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &mean, const at::Tensor &inverse, bool rectified)
{
    RowScaling result{.mean = floatsOf(mean), .scale = floatsOf(weight), .shift = floatsOf(bias), .rectified = rectified};
    const float *factor = inverse.data_ptr<float>();
    for (float &scale : result.scale)
        scale *= *factor++;
    return result;
}

/// running ← (1 − momentum) · running + momentum · the batch's, the variance unbiased.
void updateRunning(const NormNumbers &numbers, const RowMoments &moments, std::int64_t rows)
{
    const auto blend = [&](at::Tensor &running, const std::vector<double> &values, double factor) {
        running.mul_(1 - numbers.momentum).add_(tensorOf(values), numbers.momentum * factor);
    };
    blend(numbers.mean, moments.mean, 1);
    blend(numbers.variance, moments.variance, double(rows) / double(rows - 1));
}

class BatchNormalisation : public torch::autograd::Function<BatchNormalisation>
{
public:
    /// Autograd takes no undefined inputs: without a residual `residual` is x, and not looked at.
    static at::Tensor forward(AutogradContext *context, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &residual,
                              const NormNumbers *numbers, bool hasResidual, bool rectified)
    {
        const RowMap rows = *RowMap::of(x);
        const RowMoments moments = rowMoments(rows);
        updateRunning(*numbers, moments, rows.rows());
        std::vector<double> inverse;
        for (const double variance : moments.variance)
            inverse.push_back(1 / std::sqrt(variance + numbers->epsilon));
        const at::Tensor mean = tensorOf(moments.mean);
        const at::Tensor deviation = tensorOf(inverse);

        at::Tensor y = at::empty_like(x);
        const std::optional<RowMap> other = hasResidual ? RowMap::of(residual) : std::nullopt;
        scaleRows(rows, scalingOf(weight, bias, mean, deviation, rectified), other ? &*other : nullptr, *RowMap::of(y));
        context->save_for_backward({x, weight, bias, mean, deviation, rectified && other ? y : at::Tensor()});
        context->saved_data["rectified"] = rectified;
        context->saved_data["residual"] = hasResidual;
        return y;
    }

    static variable_list backward(AutogradContext *context, variable_list gradients)
    {
        if (at::GradMode::is_enabled())
            throw Error("batch normalisation: expected a backward pass that is not itself differentiated, found one that is");
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &x = saved[0];
        const bool rectified = context->saved_data["rectified"].toBool();
        const bool hasResidual = context->saved_data["residual"].toBool();
        const RowScaling scaling = scalingOf(saved[1], saved[2], saved[3], saved[4], rectified);
        const at::Tensor given = gradients[0].contiguous(x.suggest_memory_format());

        const RowMap rows = *RowMap::of(x);
        const RowMap gradient = *RowMap::of(given);
        const std::optional<RowMap> output = saved[5].defined() ? RowMap::of(saved[5]) : std::nullopt;
        const at::Tensor behind = hasResidual && rectified ? at::empty_like(x) : hasResidual ? given : at::Tensor();
        const std::optional<RowMap> masked = hasResidual && rectified ? RowMap::of(behind) : std::nullopt;
        const RowGradientSums sums = rowGradientSums(gradient, rows, scaling, output ? &*output : nullptr, masked ? &*masked : nullptr);

        // With r = 1 / deviation, M rows: dx = w r (g − Σg / M − r² (x − μ) Σ g (x − μ) / M).
        const float *inverse = saved[4].data_ptr<float>();
        RowGradient factors{.along = scaling.scale, .across = {}, .constant = {}};
        std::vector<double> weightGradient;
        for (std::size_t c = 0; c < sums.gradient.size(); ++c) {
            const double r = double(inverse[c]);
            factors.across.push_back(float(-double(scaling.scale[c]) * r * r * sums.product[c] / double(rows.rows())));
            factors.constant.push_back(float(-double(scaling.scale[c]) * sums.gradient[c] / double(rows.rows())));
            weightGradient.push_back(sums.product[c] * r);
        }
        at::Tensor result;
        if (context->needs_input_grad(0)) {
            result = at::empty_like(x);
            rowGradient(gradient, rows, scaling, output ? &*output : nullptr, factors, *RowMap::of(result));
        }
        return {result, tensorOf(weightGradient), tensorOf(sums.gradient), behind, {}, {}, {}};
    }
};

} // namespace

bool canNormaliseRows(const at::Tensor &x, const NormNumbers &numbers)
{
    constexpr std::int64_t fewest = 8;   // a row is one vector at least
    return x.size(1) >= fewest && RowMap::of(x) && numbers.weight.scalar_type() == at::kFloat && numbers.mean.scalar_type() == at::kFloat;
}

at::Tensor normaliseBatch(const at::Tensor &x, const NormNumbers &numbers, const at::Tensor &residual, bool rectified)
{
    const at::Tensor added = residual.defined() ? residual.to(x.scalar_type()).contiguous(x.suggest_memory_format()) : x;
    return BatchNormalisation::apply(x, numbers.weight, numbers.bias, added, &numbers, residual.defined(), rectified);
}

} // namespace concord
