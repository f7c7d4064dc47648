#include "core/exporter/report.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/exporter/report_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace concord {

namespace {

constexpr const char *pageStyle = R"(body{font:15px/1.5 Inter,system-ui,"DejaVu Sans",sans-serif;color:#1b1f24;background:#eef0f3;margin:0}
main{max-width:1120px;margin:24px auto;padding:0 16px}section{background:#fff;border:1px solid #d9dce2;border-radius:8px;padding:16px 20px;margin:0 0 16px}
h1{font-size:22px;margin:0 0 16px}h2{font-size:18px;margin:0 0 4px}h3{font-size:15px;margin:20px 0 6px}p{margin:4px 0 12px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:3px 14px 3px 0;text-align:right;vertical-align:top}th{font-weight:600}
.metrics th:first-child,.metrics td:first-child,.metrics .first td:nth-child(2),.facts td{text-align:left}.metrics tr:not(.first) td:first-child{text-align:left}.metrics th:nth-child(2){text-align:left}
.first>*{border-top:1px solid #e3e6ea}.better{color:#067647;font-weight:600}.worse{color:#b42318;font-weight:600}.quiet{color:#5f6875}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(420px,1fr));gap:16px 24px;align-items:start}figure{margin:0}figcaption{font-weight:600;margin-bottom:4px}
svg.curves{width:100%;font:11px Inter,system-ui,sans-serif;fill:#5f6875}.legend{font-size:13px;margin:4px 0}.key{margin-right:14px;white-space:nowrap}
.key i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:5px}.heat td{min-width:58px;padding:6px 8px;text-align:center;border:2px solid #fff}.heat th{font-weight:400;padding:6px 8px;text-align:left}
.wide{overflow-x:auto}.planes td,.planes th{text-align:left;padding:4px 14px 4px 0}.pair{display:flex;gap:4px}.plane img{width:112px;image-rendering:pixelated;border-radius:4px;display:block}.plane span{font-size:12px;color:#5f6875}.plane b{display:block;min-width:80px}
.scale{width:160px;height:12px;vertical-align:-1px;border-radius:2px}.facts{font-size:13px}pre{overflow:auto;background:#f8f9fb;padding:12px;font-size:12px}summary{cursor:pointer;margin-top:12px}
@media print{body{background:#fff}section{break-inside:avoid;border:0}})";

/// Beyond these a figure per task, or a curve per pair of tasks, says less than a table.
constexpr std::size_t mostTaskFigures = 8;
constexpr std::size_t mostPairTasks = 4;

std::vector<std::string> namesOf(const std::vector<ReportTask> &tasks)
{
    std::vector<std::string> names;
    for (const ReportTask &task : tasks)
        names.push_back(task.info.name);
    return names;
}

std::vector<ReportCurve> taskCurves(const RunStore &store, int run, const std::vector<ReportTask> &tasks, const std::string &stem)
{
    std::vector<ReportCurve> curves;
    for (std::size_t t = 0; t < tasks.size(); ++t)
        if (Series series = store.series(run, stem + tasks[t].info.name); !series.values.empty())
            curves.push_back({.label = tasks[t].info.name, .colour = int(t), .series = std::move(series)});
    return curves;
}

/// The main metric over the evaluations, with the best constant predictor's as a dashed line.
std::string metricFigures(const RunStore &store, int run, const std::vector<ReportTask> &tasks)
{
    std::string html;
    for (std::size_t t = 0; t < tasks.size() && tasks.size() <= mostTaskFigures; ++t)
        for (const MetricValue &metric : tasks[t].metrics) {
            if (!metric.main)
                continue;
            const std::string name = tasks[t].info.name + "/" + metric.name;
            ReportCurve curve{.label = "validation", .colour = int(t), .series = store.series(run, "val/" + name)};
            if (const Series constant = store.series(run, "baseline/" + name); !constant.values.empty()) {
                curve.reference = constant.values.back();
                curve.label += ", dashed: best constant";
            }
            html += curvesFigure(fmt::format("{}: {}{}{}", tasks[t].info.name, metric.name, metric.unit.empty() ? "" : ", " + metric.unit,
                                             metric.higherIsBetter ? " (higher is better)" : " (lower is better)"), {curve}, 0);
        }
    return html;
}

std::string conflictFigures(const RunStore &store, int run, const std::vector<std::string> &tasks)
{
    const std::vector<GramianEvent> gramians = store.gramians(run, "");
    if (gramians.empty())
        return {};
    std::vector<float> mean(gramians.back().values.size(), 0.0f);
    for (const GramianEvent &gramian : gramians)
        for (std::size_t i = 0; i < mean.size() && i < gramian.values.size(); ++i)
            mean[i] += gramian.values[i] / float(gramians.size());
    std::string html = conflictFigure(fmt::format("Cosine of task gradients, step {}", gramians.back().step), tasks, gramians.back().values);
    html += conflictFigure("Cosine of task gradients, mean of the run", tasks, mean);
    if (tasks.size() <= mostPairTasks)
        html += curvesFigure("Cosine of task gradients over the run", conflictCurves(tasks, gramians), 0.9);
    return html;
}

std::string part(const std::string &title, const std::string &figures)
{
    return figures.empty() ? figures : "<h3>" + htmlText(title) + "</h3><div class='figures'>" + figures + "</div>";
}

std::string runSection(const RunStore &store, int number)
{
    const RunSummary run = store.run(number);
    const std::vector<ReportTask> tasks = reportTasks(run);
    std::string html = fmt::format("<section><h2>Run {} · {}</h2><p class='quiet'>{} at step {} of {}, {:.0f} s of training, made {}</p>", number, htmlText(run.name), name(run.state), run.step,
                                   run.totalSteps, run.seconds, htmlText(run.created));
    if (!run.message.empty())
        html += "<p>" + htmlText(run.message) + "</p>";
    html += metricsTable(store, number, tasks);
    html += part("Curves", curvesFigure("Training losses", taskCurves(store, number, tasks, "loss/"), 0.9)
                     + curvesFigure("Task weights", taskCurves(store, number, tasks, "weight/"), 0.9) + metricFigures(store, number, tasks));
    html += part("Gradient conflict in the shared parameters", conflictFigures(store, number, namesOf(tasks)));
    html += part("Gates and routes", probeFigures(store, number));
    if (const std::vector<std::int64_t> steps = store.predictionSteps(number); !steps.empty())
        html += fmt::format("<h3>Predictions at step {}</h3>", steps.back()) + predictionsFigure(store.predictions(number, steps.back()), tasks, 4);
    return html + part("Settings", settingsPart(run)) + "</section>";
}

std::string comparisonSection(const RunStore &store, const std::vector<int> &runs)
{
    std::vector<ReportCurve> means;
    for (std::size_t i = 0; i < runs.size(); ++i)
        means.push_back({.label = fmt::format("{} · {}", runs[i], store.run(runs[i]).name), .colour = int(i), .series = store.series(runs[i], "val/mean")});
    return "<section><h2>Side by side</h2>" + comparisonTable(store, runs) + part("Over the run", curvesFigure("Mean over tasks: % better than constant predictors", means, 0)) + "</section>";
}

} // namespace

std::filesystem::path writeReportPage(const RunStore &store, const std::vector<int> &runs, const std::filesystem::path &folder)
{
    if (runs.empty())
        throw Error("report: expected at least one run, found none");
    std::string body = runs.size() > 1 ? comparisonSection(store, runs) : std::string();
    for (const int run : runs)
        body += runSection(store, run);
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem)
        throw Error("{}: expected a folder to write the report into, found: {}", folder.string(), problem.message());
    const std::filesystem::path file = folder / "report.html";
    writeFileAtomically(file, fmt::format("<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>Concord report</title>"
                                          "<style>{}</style></head><body><main><h1>Concord report</h1>{}</main></body></html>\n", pageStyle, body));
    return file;
}

} // namespace concord
