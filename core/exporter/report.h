#pragma once

#include "core/store/run_store.h"

#include <filesystem>
#include <string>
#include <vector>

namespace concord {

/// One page about runs that needs nothing else: curves, conflict, predictions, settings. Written atomically; throws Error.
std::filesystem::path writeReportPage(const RunStore &store, const std::vector<int> &runs, const std::filesystem::path &folder);

// The page's parts; each returns HTML.

/// Values under one another, one polyline each, as inline SVG; smoothed, with the raw curve behind.
struct ReportCurve
{
    std::string label = {};
    int colour = 0;     ///< index of the task
    Series series = {};
};
std::string curvesFigure(const std::string &title, const std::vector<ReportCurve> &curves, double smoothing);

/// Cosines of a Gramian [tasks, tasks] as a coloured table.
std::string conflictFigure(const std::string &title, const std::vector<std::string> &tasks, const std::vector<float> &gramian);

/// Images, truths and predictions of the newest evaluation.
std::string predictionsFigure(const std::vector<PredictionEvent> &planes, const std::vector<std::string> &tasks, int samples);

std::string htmlText(const std::string &text);
std::string reportColour(int task);

} // namespace concord
