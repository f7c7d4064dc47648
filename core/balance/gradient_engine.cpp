#include "core/balance/gradient_engine.h"

#include "core/balance/engine_step.h"
#include "core/tensor/autocast.h"
#include "core/tensor/memory_reuse.h"

#include <algorithm>

namespace concord {

class GradientEngine::Impl
{
public:
    Impl(Model &model, const BalanceBlock &balance, std::uint64_t seed, const std::string &precision)
        : model(model)
        , options(balance)
        , precision(computeType(precision))
        , method(balance.makeMethod())
        , plan(model, method.needs() == BalanceMethod::Needs::jacobian)
    {
        method.start(int(model.tasks().size()), seed);
        if (const std::span<double> numbers = method.learnable(); !numbers.empty()) {
            learnable = at::zeros({std::int64_t(numbers.size())}, at::TensorOptions().dtype(at::kFloat).device(model.device()));
            learnable.set_requires_grad(true);
        }
    }

    /// The method's numbers are the truth; the leaf shows them to the optimiser.
    void showLearnable()
    {
        if (!learnable.defined())
            return;
        const std::span<double> numbers = method.learnable();
        learnable.detach().copy_(at::tensor(at::ArrayRef<double>(numbers.data(), numbers.size()), at::kDouble));
    }

    void writeLearnableGradient()
    {
        if (learnable.defined())
            learnable.mutable_grad() = at::tensor(method.learnableGradient(), at::kDouble).to(learnable.device(), at::kFloat);
    }

    void clearGradients()
    {
        for (const ModelParameter &parameter : model.parameters())
            at::Tensor(parameter.value).mutable_grad() = at::Tensor();
        if (learnable.defined())
            learnable.mutable_grad() = at::Tensor();
    }

    MemoryReuse memoryReuse;
    Model &model;
    BalanceBlock options;
    at::ScalarType precision;
    HeldWeights method;
    BackwardPlan plan;
    RowMemory memory;
    at::Tensor learnable;
};

GradientEngine::GradientEngine(Model &model, const BalanceBlock &balance, std::uint64_t seed, const std::string &precision)
    : impl_(std::make_unique<Impl>(model, balance, seed, precision))
{
}

GradientEngine::~GradientEngine() = default;

StepResult GradientEngine::step(const at::Tensor &image, const std::vector<TaskLabels> &labels, std::int64_t step, std::int64_t epoch, bool measure)
{
    const at::AutoGradMode differentiable(true);
    impl_->clearGradients();
    impl_->showLearnable();
    const EngineContext context{.model = impl_->model,
                                .options = impl_->options,
                                .plan = impl_->plan,
                                .memory = impl_->memory,
                                .method = impl_->method,
                                .precision = impl_->precision,
                                .step = step,
                                .epoch = epoch,
                                .measure = measure};
    StepResult result = EngineStep(context, labels).run(image);
    if (result.nonFiniteTask >= 0)
        impl_->clearGradients();
    else
        impl_->writeLearnableGradient();
    return result;
}

BalanceMethod &GradientEngine::method()
{
    return impl_->method;
}

at::Tensor GradientEngine::learnable()
{
    impl_->showLearnable();
    return impl_->learnable;
}

void GradientEngine::syncLearnable()
{
    if (!impl_->learnable.defined())
        return;
    const at::Tensor host = impl_->learnable.detach().to(at::kCPU, at::kDouble);
    const std::span<double> numbers = impl_->method.learnable();
    std::copy_n(host.data_ptr<double>(), numbers.size(), numbers.begin());
}

std::string GradientEngine::plan() const
{
    switch (impl_->method.needs()) {
    case BalanceMethod::Needs::losses:
        return "one backward pass of the weighted losses; when conflict is measured: " + impl_->plan.text();
    case BalanceMethod::Needs::gramian:
        return "Gramians of the shared parameters; " + impl_->plan.text();
    case BalanceMethod::Needs::jacobian:
        break;
    }
    return "the whole Jacobian of the shared parameters; " + impl_->plan.text();
}

} // namespace concord
