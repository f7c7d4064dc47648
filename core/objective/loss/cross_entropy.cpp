#include "core/objective/known.h"
#include "core/objective/class_weights.h"
#include "core/objective/loss_block.h"

namespace concord {

namespace {

/// Softmax cross-entropy over the labelled pixels or samples; weighted classes give a weighted mean. Label smoothing mixes in the
/// uniform distribution (Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016, section 7).
class CrossEntropyLoss : public LossBlock
{
public:
    std::vector<TaskKind> kinds() const override { return {TaskKind::segmentation, TaskKind::classification}; }

    void params(ParamVisitor &visitor) override
    {
        visitor("smoothing", smoothing_, {.help = "Share of the target spread evenly over all classes", .min = 0, .max = 0.999});
        visitor("class_weights", classWeights_, {.help = "One number for each class, in order; empty to weigh all alike", .advanced = true});
    }

    std::string summary() const override
    {
        return fmt::format("{}{}", smoothing_ > 0 ? fmt::format("smoothing {:g}", smoothing_) : "", classWeights_.empty() ? "" : " weighted");
    }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        Inference inference = LossBlock::infer(inputs, repeats);
        parseClassWeights(classWeights_, requireInput(inputs, "label").task.classes);
        return inference;
    }

    at::Tensor loss(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const override
    {
        const at::Tensor real = asReal(prediction);
        const at::Tensor target = classTarget(task(), label, present);
        const at::Tensor weights = classWeightTensor(classWeights_, real);
        const at::Tensor logits = at::log_softmax(real, 1);
        // nll_loss counts the weights of the labelled values on its way, so the mean needs no pass of its own.
        auto [sum, total] = real.dim() == 4 ? at::nll_loss2d_forward(logits, target, weights, at::Reduction::Sum, task().ignore)
                                            : at::nll_loss_forward(logits, target, weights, at::Reduction::Sum, task().ignore);
        if (smoothing_ > 0) {
            const at::Tensor weighted = weights.defined() ? logits * weights.view(real.dim() == 4 ? at::IntArrayRef{-1, 1, 1} : at::IntArrayRef{-1}) : logits;
            const at::Tensor uniform = -weighted.sum(1).masked_fill(target == task().ignore, 0).sum();
            sum = sum * (1 - smoothing_) + uniform * (smoothing_ / double(real.size(1)));
        }
        return sum / total.clamp_min(1e-12);
    }

private:
    double smoothing_ = 0;
    std::vector<std::string> classWeights_;
};

} // namespace

static const Register<Block, CrossEntropyLoss> registeredCrossEntropyLoss{Card{
    .id = "cross_entropy",
    .title = "Cross-entropy",
    .category = "Losses",
    .summary = "Softmax cross-entropy over the labelled pixels or samples.",
}};

} // namespace concord
