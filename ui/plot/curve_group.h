#pragma once

#include "core/graph/tensor_type.h"

#include <QString>
#include <QStringList>

#include <span>
#include <vector>

namespace concord {

/// Series that belong in one plot: the losses of all tasks, one metric of all tasks, the learning rate.
struct CurveGroup
{
    QString id;            ///< "loss", "val/mIoU", "lr"
    QString title;         ///< "Training losses"
    QString unit;
    QStringList series;
    QStringList baselines; ///< series of the best constant predictor; one value each
    bool perStep = true;   ///< one value per step: worth smoothing
};

/// From the names alone (see ScalarEvent), in the order in which they are looked at.
std::vector<CurveGroup> curveGroups(const QStringList &names, std::span<const TaskInfo> tasks);

/// The task in "loss/<task>", "val/<task>/<metric>" …; −1 when the series is no task's.
int taskOfSeries(const QString &series, std::span<const TaskInfo> tasks);

/// What one curve is called in its group: the task, or the group's title.
QString seriesLabel(const QString &series, const CurveGroup &group, std::span<const TaskInfo> tasks);

} // namespace concord
