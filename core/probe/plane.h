#pragma once

#include "core/data/box.h"
#include "core/graph/tensor_type.h"
#include "core/store/run_event.h"

#include <span>

namespace at {
class Tensor;
}

namespace concord {

/// Values as planes that the store keeps and the views draw (see PredictionEvent); step, sample and task are left to the
/// caller. Colours are interleaved. A width of 0 means that there is nothing to show.

/// [C, H, W] in 0 … 1: RGB for three channels, else the first one as grey. A vector [F] becomes one line of float32.
PredictionEvent imagePlane(std::span<const float> values, const Shape &shape);

/// Values of a row of a plane of boxes: class id, score, left, top, right, bottom.
constexpr int boxPlaneWidth = 6;

/// What of a prediction is drawn: boxes of a lower score are many and mean little.
constexpr float leastShownScore = 0.3F;

/// A label. Class ids outside 0 … 254 become 255; a class label becomes one-hot scores. Boxes are a row of
/// float32 each; one of class −1 where there is none.
PredictionEvent truthPlane(std::span<const float> values, const Shape &shape, const TaskInfo &task);

/// One sample's raw prediction [C, H, W] or [C], logits where the losses take logits: the most likely class, the depth, the
/// unit normal, the probability of an edge; probabilities of classes, values of a regression, the likeliest boxes.
PredictionEvent predictionPlane(const at::Tensor &prediction, const TaskInfo &task);

/// The boxes of a truth or a prediction; none for a plane of something else.
std::vector<ScoredBox> boxesOfPlane(const PredictionEvent &plane);

} // namespace concord
