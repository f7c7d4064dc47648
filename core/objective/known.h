#pragma once

#include "core/graph/tensor_type.h"
#include "core/tensor/tensor.h"

namespace concord {

/// Channels (dense) or values that a prediction of the task has.
std::int64_t predictionChannels(const TaskInfo &task);

/// float64 stays; everything else is computed in float32.
at::Tensor asReal(const at::Tensor &prediction);

/// The label with the number of dimensions of the prediction: [N, H, W] → [N, 1, H, W].
at::Tensor alignedLabel(const at::Tensor &label, const at::Tensor &prediction);

/// Which values of an aligned label are known, bool: depth > 0, normals not all zero ([N, 1, H, W]), edges, saliency and
/// multilabel ≥ 0, and everything false for samples without the label.
at::Tensor knownMask(TaskKind kind, const at::Tensor &label, const at::Tensor &present);

/// Class ids as int64 [N, H, W] or [N]; unlabelled ones and samples without the label are `task.ignore`.
at::Tensor classTarget(const TaskInfo &task, const at::Tensor &label, const at::Tensor &present);

struct Residual
{
    at::Tensor difference;   ///< prediction − label, 0 where unknown
    at::Tensor known;        ///< as knownMask
    at::Tensor count;        ///< known values, at least 1, to divide by
};

Residual residual(const TaskInfo &task, const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present);

/// Detached float32 copy in host memory, contiguous: what metrics loop over.
at::Tensor hostFloats(const at::Tensor &tensor);

} // namespace concord
