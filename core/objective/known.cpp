#include "core/objective/known.h"

#include "core/data/dataset.h"

namespace concord {

namespace {

/// [N] → [N, 1, …], to broadcast against `like`.
at::Tensor perSample(const at::Tensor &present, const at::Tensor &like)
{
    std::vector<std::int64_t> sizes(std::size_t(like.dim()), 1);
    sizes.front() = present.numel();
    return present.view(sizes);
}

} // namespace

std::int64_t predictionChannels(const TaskInfo &task)
{
    switch (task.kind) {
    case TaskKind::depth:
    case TaskKind::edges:
    case TaskKind::saliency:
        return 1;
    case TaskKind::normals:
        return 3;
    case TaskKind::boxes:
        return task.classes + 4;   // a heat map per class, width, height, and where in its cell the centre lies
    default:
        return task.classes;
    }
}

at::Tensor asReal(const at::Tensor &prediction)
{
    return prediction.scalar_type() == at::kDouble ? prediction : prediction.to(at::kFloat);
}

at::Tensor alignedLabel(const at::Tensor &label, const at::Tensor &prediction)
{
    return label.dim() == prediction.dim() ? label : label.unsqueeze(1);
}

at::Tensor knownMask(TaskKind kind, const at::Tensor &label, const at::Tensor &present)
{
    const at::Tensor samples = perSample(present, label);
    switch (kind) {
    case TaskKind::depth:
        return (label > 0).logical_and_(samples);
    case TaskKind::normals:
        return (label != 0).any(1, true).logical_and_(samples);
    case TaskKind::edges:
    case TaskKind::saliency:
    case TaskKind::multilabel:
        return (label >= 0).logical_and_(samples);
    default:
        return samples.expand_as(label);
    }
}

at::Tensor classTarget(const TaskInfo &task, const at::Tensor &label, const at::Tensor &present)
{
    const bool channel = isDense(task.kind) ? label.dim() == 4 : label.dim() == 2;
    // A fresh int64 tensor (labels are floats), so that it may be changed in place.
    const at::Tensor target = (channel ? label.squeeze(1) : label).to(at::kLong, /*non_blocking=*/false, /*copy=*/true);
    return target.masked_fill_(perSample(present, target).logical_not(), task.ignore);
}

Residual residual(const TaskInfo &task, const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present)
{
    const at::Tensor real = asReal(prediction);
    const at::Tensor aligned = alignedLabel(label, real);
    const at::Tensor known = knownMask(task.kind, aligned, present);
    // Filled before anything else, so that rubbish in an unknown label reaches neither value nor gradient.
    const at::Tensor difference = (real - aligned.to(real.scalar_type())).masked_fill(known.logical_not(), 0);
    const std::int64_t valuesPerFlag = aligned.numel() / std::max<std::int64_t>(known.numel(), 1);
    return {.difference = difference, .known = known, .count = (known.sum() * valuesPerFlag).clamp_min(1)};
}

at::Tensor hostFloats(const at::Tensor &tensor)
{
    return tensor.detach().to(at::TensorOptions(at::kCPU).dtype(at::kFloat)).contiguous();
}

} // namespace concord
