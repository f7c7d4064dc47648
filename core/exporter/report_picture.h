#pragma once

#include "core/exporter/report_parts.h"

#include <set>
#include <string>

namespace concord {

/// A plane of an evaluation as an HTML image with its data inside. `kind` decides the colours; the image itself has none (null).
/// `deepest`: the depth in metres with the last colour.
std::string planeImage(const PredictionEvent &plane, const TaskInfo *task, double deepest, const std::string &caption);

/// A plane of boxes drawn over its image in the colours of their classes; predictions of a low score are left out.
std::string boxesImage(const PredictionEvent &image, const PredictionEvent &plane, const TaskInfo &task);

/// Metres of the deepest known pixel.
double deepestOf(const PredictionEvent &plane);

/// Which classes a plane shows.
void addClasses(const PredictionEvent &plane, std::set<int> &classes);

std::string classLegend(const TaskInfo &task, const std::set<int> &classes);
std::string depthLegend(const TaskInfo &task, double deepest);

} // namespace concord
