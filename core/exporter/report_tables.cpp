#include "core/exporter/report_parts.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

double lastValue(const RunStore &store, int run, const std::string &name)
{
    const Series series = store.series(run, name);
    return series.values.empty() ? NAN : series.values.back();
}

std::string reportNumber(double value, const std::string &unit)
{
    if (!std::isfinite(value))
        return "–";
    const std::string gap = unit.empty() || unit == "°" ? "" : "\u202f";
    return fmt::format("{:.4g}{}{}", value, gap, htmlText(unit));
}

std::string metricHead(const MetricValue &metric)
{
    return htmlText(metric.name) + (metric.higherIsBetter ? " ↑" : " ↓");
}

bool isBetter(const MetricValue &metric, double value, double than)
{
    return metric.higherIsBetter ? value > than : value < than;
}

const MetricValue *mainMetric(const ReportTask &task)
{
    const auto main = std::ranges::find_if(task.metrics, &MetricValue::main);
    return main == task.metrics.end() ? nullptr : &*main;
}

/// {"id": "adam", "lr": 0.001} is told as "adam, lr 0.001".
std::string jsonText(const nlohmann::json &value)
{
    if (value.is_object() && value.contains("id")) {
        std::string text = jsonText(value["id"]);
        for (const auto &[key, member] : value.items())
            if (key != "id")
                text += ", " + key + " " + jsonText(member);
        return text;
    }
    return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Two columns; lists are shown as JSON.
std::string factsTable(const std::string &title, const nlohmann::json &facts)
{
    std::string rows;
    if (facts.is_object())
        for (const auto &[key, value] : facts.items())
            rows += "<tr><td>" + htmlText(key) + "</td><td>" + htmlText(jsonText(value)) + "</td></tr>";
    return rows.empty() ? rows : "<figure><figcaption>" + htmlText(title) + "</figcaption><table class='facts'>" + rows + "</table></figure>";
}

} // namespace

std::string htmlText(const std::string &text)
{
    std::string result;
    for (const char c : text)
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            result += c;
        }
    return result;
}

std::vector<ReportTask> reportTasks(const RunSummary &run)
{
    std::vector<ReportTask> tasks;
    const nlohmann::json list = nlohmann::json::parse(run.tasks, nullptr, false);
    if (!list.is_array())
        throw Error("run {}: expected a list of tasks in the project, found {}", run.number, list.is_discarded() ? "text that is not JSON" : list.type_name());
    for (const nlohmann::json &entry : list) {
        ReportTask task;
        task.info = {.name = entry.value("name", ""),
                     .kind = taskKind(entry.value("kind", "")),
                     .classes = entry.value("classes", std::int64_t(1)),
                     .ignore = entry.value("ignore", std::int64_t(-1)),
                     .unit = entry.value("unit", ""),
                     .classNames = entry.value("classNames", std::vector<std::string>())};
        const std::unique_ptr<Metric> metric = metricFor(task.info.kind);
        metric->start(task.info);
        task.metrics = metric->values();
        tasks.push_back(std::move(task));
    }
    return tasks;
}

std::string metricsTable(const RunStore &store, int run, const std::vector<ReportTask> &tasks)
{
    std::string rows;
    for (const ReportTask &task : tasks) {
        std::string head = fmt::format("<th scope='rowgroup' rowspan='{}'>{}</th>", task.metrics.size(), htmlText(task.info.name));
        for (const MetricValue &metric : task.metrics) {
            const std::string name = task.info.name + "/" + metric.name;
            const double value = lastValue(store, run, "val/" + name);
            const double constant = lastValue(store, run, "baseline/" + name);
            const char *look = !std::isfinite(value) || !std::isfinite(constant) ? "" : isBetter(metric, value, constant) ? "better" : "worse";
            rows += fmt::format("<tr{}>{}<td>{}</td><td class='{}'>{}</td><td>{}</td></tr>", head.empty() ? "" : " class='first'", head, metricHead(metric), look,
                                reportNumber(value, metric.unit), reportNumber(constant, metric.unit));
            head.clear();
        }
    }
    if (rows.empty())
        return {};
    return "<table class='metrics'><tr><th scope='col'>task</th><th scope='col'>metric</th><th scope='col'>trained</th><th scope='col'>best constant</th></tr>" + rows
        + "</table><p class='quiet'>On the validation set after the last evaluation. The best constant is the best predictor that never looks at its input.</p>";
}

std::string comparisonTable(const RunStore &store, const std::vector<int> &runs)
{
    struct Row
    {
        std::string task;
        MetricValue metric;
    };
    std::vector<Row> rows;
    std::string html = "<tr><th scope='col'>task</th><th scope='col'>metric</th>";
    for (const int run : runs) {
        const RunSummary summary = store.run(run);
        html += fmt::format("<th scope='col'>{} · {}</th>", run, htmlText(summary.name));
        for (const ReportTask &task : reportTasks(summary))
            if (const MetricValue *main = mainMetric(task); main && std::ranges::find(rows, task.info.name, &Row::task) == rows.end())
                rows.push_back({task.info.name, *main});
    }
    html += "</tr>";
    for (const Row &row : rows) {
        std::vector<double> values;
        double best = NAN;
        for (const int run : runs) {
            values.push_back(lastValue(store, run, "val/" + row.task + "/" + row.metric.name));
            if (std::isfinite(values.back()) && (!std::isfinite(best) || isBetter(row.metric, values.back(), best)))
                best = values.back();
        }
        html += "<tr class='first'><th scope='row'>" + htmlText(row.task) + "</th><td>" + metricHead(row.metric) + "</td>";
        for (const double value : values)
            html += fmt::format("<td class='{}'>{}</td>", value == best ? "better" : "", reportNumber(value, row.metric.unit));
        html += "</tr>";
    }
    return "<table class='metrics'>" + html + "</table>";
}

std::string settingsPart(const RunSummary &run)
{
    const nlohmann::json experiment = nlohmann::json::parse(run.experiment, nullptr, false);
    const nlohmann::json environment = nlohmann::json::parse(run.environment, nullptr, false);
    std::string html = factsTable("Plan", experiment.is_object() ? experiment.value("plan", nlohmann::json()) : nlohmann::json());
    html += factsTable("Environment", environment);
    return html + "<details><summary>The whole experiment</summary><pre>" + htmlText(run.experiment) + "</pre></details>";
}

} // namespace concord
