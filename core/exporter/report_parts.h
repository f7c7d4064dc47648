#pragma once

#include "core/objective/metric.h"
#include "core/store/run_store.h"

#include <limits>
#include <string>
#include <vector>

namespace concord {

/// The parts of a report's page; each returns HTML, "" where there is nothing to show.

/// A task of a run with what its metrics are called; their values are not set.
struct ReportTask
{
    TaskInfo info = {};
    std::vector<MetricValue> metrics = {};
};
std::vector<ReportTask> reportTasks(const RunSummary &run);

struct ReportCurve
{
    std::string label = {};
    int colour = 0;
    Series series = {};
    double reference = std::numeric_limits<double>::quiet_NaN();   ///< drawn as a dashed line
};

/// One polyline per curve as inline SVG; with `smoothing` > 0 an exponential mean, and the raw curve faintly behind it.
std::string curvesFigure(const std::string &title, const std::vector<ReportCurve> &curves, double smoothing);

/// Cosines of a Gramian [tasks, tasks] as a coloured table.
std::string conflictFigure(const std::string &title, const std::vector<std::string> &tasks, const std::vector<float> &gramian);

/// The cosine of each pair of tasks at each Gramian.
std::vector<ReportCurve> conflictCurves(const std::vector<std::string> &tasks, const std::vector<GramianEvent> &gramians);

/// What gates and routers decided last: one coloured table per probe.
std::string probeFigures(const RunStore &store, int run);

/// Every metric at the last evaluation beside the best constant predictor's.
std::string metricsTable(const RunStore &store, int run, const std::vector<ReportTask> &tasks);

/// The main metric of every task for several runs; the best of a row stands out.
std::string comparisonTable(const RunStore &store, const std::vector<int> &runs);

/// Images, truths and predictions of one evaluation, and what their colours mean.
std::string predictionsFigure(const std::vector<PredictionEvent> &planes, const std::vector<ReportTask> &tasks, int samples);

/// The plan, the environment, and the whole experiment folded away.
std::string settingsPart(const RunSummary &run);

std::string htmlText(const std::string &text);   ///< also for attributes in either quotes
std::string reportColour(int index);             ///< as the window's curves

} // namespace concord
