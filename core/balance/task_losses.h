#pragma once

#include "core/balance/engine_batch.h"
#include "core/model/model.h"

#include <span>
#include <vector>

namespace concord {

/// Tasks that have labels in at least one of the batches.
std::vector<int> tasksWithLabels(std::span<const EngineBatch> batches);

/// Per task: 1 over the number of batches in which it has labels, so that its losses add up to their mean.
std::vector<double> batchShares(std::span<const EngineBatch> batches);

/// A forward pass in the precision.
Forward forwardIn(Model &model, const at::Tensor &image, at::ScalarType precision, bool segmented);

/// The loss of a task for a prediction of this batch, and for its earlier predictions where they are supervised.
at::Tensor taskLoss(const Model &model, int task, const at::Tensor &prediction, const std::vector<at::Tensor> &early, const TaskLabels &labels);

inline at::Tensor taskLoss(const Model &model, int task, const Forward &forward, const TaskLabels &labels)
{
    return taskLoss(model, task, forward.predictions[std::size_t(task)], forward.early[std::size_t(task)], labels);
}

/// How good a prediction is, in [0, 1]: a main metric that is a share as it is; of an error, the part of the best constant
/// predictor's error (on the same labels) that is gone.
double taskScore(const Model &model, int task, const at::Tensor &prediction, const TaskLabels &labels);

} // namespace concord
