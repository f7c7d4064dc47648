#include "core/exporter/report.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace concord {

namespace {

constexpr const char *pageStyle = R"(body{font:15px/1.5 Inter,system-ui,sans-serif;color:#1b1f24;background:#eef0f3;margin:0}
main{max-width:1080px;margin:24px auto;padding:0 16px}section{background:#fff;border:1px solid #d9dce2;border-radius:8px;padding:16px 20px;margin:0 0 16px}
h1{font-size:22px}h2{font-size:18px;margin:0 0 8px}table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:4px 12px;text-align:right}th:first-child,td:first-child{text-align:left}
tr+tr td{border-top:1px solid #eceef1}figure{display:inline-block;margin:8px 16px 8px 0;vertical-align:top}figcaption{font-weight:600;margin-bottom:4px}svg.curves{width:500px;font:11px Inter,sans-serif;fill:#5f6875}
.key{margin-right:14px}.key i{display:inline-block;width:10px;height:10px;margin-right:5px}.heat td{min-width:56px;text-align:center;border:2px solid #fff}.heat th{font-weight:400}
.planes{display:flex;gap:8px;flex-wrap:wrap;margin:8px 0}.plane img{width:120px;image-rendering:pixelated;border-radius:4px;display:block}.plane span{font-size:12px;color:#5f6875}
pre{overflow:auto;background:#f8f9fb;padding:12px;font-size:12px}.quiet{color:#5f6875})";

std::vector<std::string> taskNames(const RunSummary &run)
{
    std::vector<std::string> names;
    const nlohmann::json list = nlohmann::json::parse(run.tasks, nullptr, false);
    if (list.is_array())
        for (const nlohmann::json &task : list)
            names.push_back(task.value("name", ""));
    return names;
}

std::string numberCell(const Series &series)
{
    return series.values.empty() ? "–" : fmt::format("{:.4g}", series.values.back());
}

/// Every metric at the last evaluation beside the best constant predictor's.
std::string metricsTable(const RunStore &store, int run, const std::vector<std::string> &series)
{
    std::string rows;
    for (const std::string &name : series) {
        if (!name.starts_with("val/") || name == "val/mean" || name.ends_with("/loss"))
            continue;
        const std::string metric = name.substr(4);
        const bool known = std::ranges::count(series, "baseline/" + metric) > 0;
        rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", htmlText(metric), numberCell(store.series(run, name)), known ? numberCell(store.series(run, "baseline/" + metric)) : "–");
    }
    return "<table><tr><th>metric</th><th>trained</th><th>best constant</th></tr>" + rows + "</table>";
}

std::string figures(const RunStore &store, int run, const std::vector<std::string> &tasks, const std::vector<std::string> &series)
{
    std::vector<ReportCurve> losses;
    std::vector<ReportCurve> weights;
    std::string html;
    std::string metrics;
    for (int t = 0; t < int(tasks.size()); ++t) {
        const std::string &task = tasks[std::size_t(t)];
        losses.push_back({task, t, store.series(run, "loss/" + task)});
        if (std::ranges::count(series, "weight/" + task))
            weights.push_back({task, t, store.series(run, "weight/" + task)});
        std::vector<ReportCurve> own;
        for (const std::string &name : series)
            if (name.starts_with("val/" + task + "/") && !name.ends_with("/loss") && own.empty())
                own.push_back({name.substr(4), t, store.series(run, name)});
        if (!own.empty())
            metrics += curvesFigure(own.front().label, own, 0);
    }
    html += curvesFigure("Training losses", losses, 0.9) + metrics;
    if (!weights.empty())
        html += curvesFigure("Task weights", weights, 0.9);
    const std::vector<GramianEvent> gramians = store.gramians(run, "");
    if (!gramians.empty()) {
        std::vector<float> mean(gramians.front().values.size(), 0.0f);
        for (const GramianEvent &gramian : gramians)
            for (std::size_t i = 0; i < mean.size() && i < gramian.values.size(); ++i)
                mean[i] += gramian.values[i] / float(gramians.size());
        html += conflictFigure(fmt::format("Cosine of task gradients, step {}", gramians.back().step), tasks, gramians.back().values);
        html += conflictFigure("Cosine of the mean Gramian", tasks, mean);
    }
    return html;
}

std::string runSection(const RunStore &store, int number)
{
    const RunSummary run = store.run(number);
    const std::vector<std::string> tasks = taskNames(run);
    const std::vector<std::string> series = store.seriesNames(number);
    std::string html = fmt::format("<section><h2>Run {} · {}</h2><p class='quiet'>{} at step {} of {}, {:.0f} s of training, made {}</p>", number, htmlText(run.name), name(run.state), run.step, run.totalSteps, run.seconds, htmlText(run.created));
    if (!run.message.empty())
        html += "<p>" + htmlText(run.message) + "</p>";
    html += metricsTable(store, number, series) + figures(store, number, tasks, series);
    if (const std::vector<std::int64_t> steps = store.predictionSteps(number); !steps.empty())
        html += fmt::format("<h2>Predictions at step {}</h2>", steps.back()) + predictionsFigure(store.predictions(number, steps.back()), tasks, 4);
    const nlohmann::json environment = nlohmann::json::parse(run.environment, nullptr, false);
    html += "<details><summary>Settings and environment</summary><pre>" + htmlText(environment.is_discarded() ? run.environment : environment.dump(2)) + "\n" + htmlText(run.experiment) + "</pre></details></section>";
    return html;
}

} // namespace

std::filesystem::path writeReportPage(const RunStore &store, const std::vector<int> &runs, const std::filesystem::path &folder)
{
    std::string body;
    for (const int run : runs)
        body += runSection(store, run);
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem)
        throw Error("{}: expected a folder to write the report into, found: {}", folder.string(), problem.message());
    const std::filesystem::path file = folder / "report.html";
    writeFileAtomically(file, fmt::format("<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>Concord report</title><style>{}</style><main><h1>Concord report</h1>{}</main></html>\n", pageStyle, body));
    return file;
}

} // namespace concord
