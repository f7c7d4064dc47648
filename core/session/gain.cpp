#include "core/graph/tensor_type.h"
#include "core/objective/metric.h"
#include "core/session/session.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

struct GainScore
{
    std::string task;
    int run;
    double value;
    bool higherIsBetter;
};

/// The last main metric of each task of a run.
std::vector<GainScore> gainScores(const RunStore &store, int run)
{
    const nlohmann::json tasks = nlohmann::json::parse(store.run(run).tasks, nullptr, false);
    if (!tasks.is_array() || tasks.empty())
        throw Error("run {}: expected tasks in the project, found none", run);
    std::vector<GainScore> scores;
    for (const nlohmann::json &entry : tasks) {
        const TaskInfo task{.name = entry.value("name", ""), .kind = taskKind(entry.value("kind", "")), .classes = entry.value("classes", std::int64_t(1))};
        const std::unique_ptr<Metric> metric = metricFor(task.kind);
        metric->start(task);
        for (const MetricValue &value : metric->values()) {
            if (!value.main)
                continue;
            const Series series = store.series(run, "val/" + task.name + "/" + value.name);
            if (series.values.empty())
                throw Error("run {}: expected an evaluation of '{}', found none", run, task.name);
            scores.push_back({task.name, run, series.values.back(), value.higherIsBetter});
        }
    }
    return scores;
}

} // namespace

double relativeGain(const RunStore &store, int run, const std::vector<int> &baselines)
{
    std::vector<GainScore> single;
    for (const int baseline : baselines)
        for (GainScore &score : gainScores(store, baseline)) {
            if (const auto other = std::ranges::find(single, score.task, &GainScore::task); other != single.end())
                throw Error("Δm of run {}: expected one baseline run for '{}', found runs {} and {}", run, score.task, other->run, baseline);
            single.push_back(std::move(score));
        }
    double sum = 0;
    const std::vector<GainScore> scores = gainScores(store, run);
    for (const GainScore &score : scores) {
        const auto reference = std::ranges::find(single, score.task, &GainScore::task);
        if (reference == single.end())
            throw Error("Δm of run {}: expected a single-task baseline run for '{}', found none among those given", run, score.task);
        if (reference->value == 0)
            throw Error("Δm of run {}: the baseline of '{}' is 0, so a relative gain is not defined", run, score.task);
        sum += (score.higherIsBetter ? 1 : -1) * (score.value - reference->value) / std::abs(reference->value);
    }
    return 100 * sum / double(scores.size());
}

} // namespace concord
