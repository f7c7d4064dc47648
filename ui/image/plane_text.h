#pragma once

#include "core/graph/tensor_type.h"
#include "core/store/run_event.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <vector>

namespace concord {

/// What a plane says at a pixel, with its unit: "sofa (5)", "2.31 m", "(0.10, −0.70, 0.71)", "RGB 120 90 80". "" outside of it.
QString planeText(const PredictionEvent &plane, const TaskInfo &task, int x, int y);

/// Boxes: the smallest that holds the pixel of an image of that size, "chair (83 %)"; "" for none.
QString boxesText(const PredictionEvent &plane, const TaskInfo &task, const QSize &image, int x, int y);

/// How far apart two planes are at a pixel: "right", "0.12 m off", "14.8° off".
QString errorText(const PredictionEvent &truth, const PredictionEvent &prediction, const TaskInfo &task, int x, int y);

QString className(const TaskInfo &task, int id);

/// float32 scores of a plane; empty when it holds none.
std::vector<float> planeScores(const PredictionEvent &plane);

/// The series whose value is shown under a prediction ("val/<task>/mIoU"): the first there is of the kind's usual ones; "" for none.
/// `text` is what stands behind the number: " mIoU", " m", "°".
struct MainMetric
{
    QString series;
    QString text;
};
MainMetric mainMetric(const TaskInfo &task, const QStringList &seriesNames);

} // namespace concord
