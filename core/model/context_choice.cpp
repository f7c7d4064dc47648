#include "core/model/context_choice.h"

#include "core/model/expert_gate.h"

#include <limits>

#include <ATen/TracerMode.h>

namespace concord {

namespace {

constexpr double decidingMargin = 0.3;

at::Tensor choiceBar(const std::vector<std::vector<bool>> &candidates)
{
    const at::Tensor bar = at::zeros({std::int64_t(candidates.size()), std::int64_t(candidates.front().size())});
    for (std::size_t s = 0; s < candidates.size(); ++s)
        for (std::size_t kind = 0; kind < candidates[s].size(); ++kind)
            if (!candidates[s][kind])
                bar.select(0, std::int64_t(s)).select(0, std::int64_t(kind)).fill_(-std::numeric_limits<double>::infinity());
    return bar;
}

} // namespace

ContextChoice::ContextChoice(Layer &owner, const ContextChoiceOptions &o)
    : LayerUnit(owner, o.prefix, o.outputs)
    , temperature_(o.temperature)
    , lastTemperature_(o.lastTemperature)
    , anneal_(double(o.anneal))
    , architecture_(addParameter("architecture", {std::int64_t(o.candidates.size()), std::int64_t(o.candidates.front().size())}, Init::zeros()))
    , bar_(addBuffer("bar", choiceBar(o.candidates)))
    , decided_(addBuffer("decided", at::zeros({std::int64_t(o.candidates.size()), 1})))
    , passes_(addBuffer("passes", at::zeros({}, at::kLong)))
{
}

at::Tensor ContextChoice::relaxed() const
{
    const at::Tensor best = largestMask(logits(), 1);
    {
        const at::NoGradGuard noGrad;
        const std::vector<at::Tensor> first = std::get<0>(probabilities().topk(2, -1)).chunk(2, -1);
        decided_->copy_(decided_->maximum((first[0] - first[1]).ge(decidingMargin).to(decided_->scalar_type())));
    }
    const at::Tensor temperature = progress() * (lastTemperature_ - temperature_) + temperature_;
    passes_->add_(1);
    // Half the sum of two squared normal numbers is exponentially distributed, and minus the logarithm of that is Gumbel's distribution.
    const at::Tensor exponential = (normalLike(*architecture_).square() + normalLike(*architecture_).square()) / 2;
    const at::Tensor soft = at::softmax((logits() - exponential.clamp_min(1e-20).log()) / temperature, -1);
    return at::where(decided_->gt(0.5), best, soft);
}

std::vector<std::size_t> ContextChoice::best() const
{
    const at::tracer::impl::NoTracerDispatchMode unseen; // a recording shall hold what was chosen, not the choice
    const at::Tensor index = logits().detach().argmax(-1).cpu().contiguous();
    const auto *first = index.data_ptr<std::int64_t>();
    return {first, first + index.numel()};
}

at::Tensor ContextChoice::probabilities() const
{
    return at::softmax(logits().detach(), -1);
}

at::Tensor ContextChoice::entropy() const
{
    return entropyOf(at::softmax(logits(), -1)).mean();
}

at::Tensor ContextChoice::progress() const
{
    return (passes_->to(at::kFloat) / anneal_).clamp_max(1);
}

} // namespace concord
