#include "ui/model/run_data.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

std::vector<TaskInfo> tasksFromJson(const std::string &text)
{
    std::vector<TaskInfo> tasks;
    const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
    if (!list.is_array())
        return tasks;
    for (const nlohmann::json &entry : list) {
        TaskInfo task;
        try {
            task.name = entry.value("name", "");
            task.kind = taskKind(entry.value("kind", "regression"));
            task.classes = entry.value("classes", std::int64_t(0));
            task.ignore = entry.value("ignore", std::int64_t(-1));
            task.unit = entry.value("unit", "");
            task.classNames = entry.value("classNames", std::vector<std::string>());
        } catch (const std::exception &) {
            // A task that this version cannot read keeps its place, so that indices stay true.
        }
        tasks.push_back(std::move(task));
    }
    return tasks;
}

void appendTo(Series &series, const ScalarEvent &event)
{
    if (!series.steps.empty() && event.step <= series.steps.back()) {
        const auto keep = std::ranges::lower_bound(series.steps, event.step) - series.steps.begin();
        series.steps.resize(std::size_t(keep));
        series.seconds.resize(std::size_t(keep));
        series.values.resize(std::size_t(keep));
    }
    series.steps.push_back(event.step);
    series.seconds.push_back(event.seconds);
    series.values.push_back(event.value);
}

template<class T>
void dropFrom(std::vector<T> &items, std::int64_t step)
{
    while (!items.empty() && items.back().step >= step)
        items.pop_back();
}

/// A long run's probes would fill the memory: beyond 2000 matrices some 1000 stay, evenly over the steps, and the newest.
void thinProbes(std::vector<ProbeEvent> &history)
{
    constexpr std::size_t most = 2000;
    if (history.size() <= most)
        return;
    const double apart = 2 * (double(history.back().step) - double(history.front().step)) / double(most);
    std::size_t kept = 1;
    for (std::size_t i = 1; i < history.size(); ++i)
        if (double(history[i].step) >= double(history[kept - 1].step) + apart || i + 1 == history.size()) {
            if (i != kept)
                history[kept] = std::move(history[i]);
            ++kept;
        }
    history.resize(kept);
}

} // namespace

RunData::RunData(int number, QObject *parent)
    : QObject(parent)
{
    loaded_.summary.number = number;
}

void RunData::load(Loaded loaded)
{
    loaded_ = std::move(loaded);
    for (auto &[name, history] : loaded_.probes)
        thinProbes(history);
    tasks_ = tasksFromJson(loaded_.summary.tasks);
    Q_EMIT reset();
    Q_EMIT stateChanged();
}

void RunData::append(std::span<const RunEvent> events)
{
    bool changedState = false;
    for (const RunEvent &event : events) {
        if (const auto *scalar = std::get_if<ScalarEvent>(&event)) {
            appendTo(loaded_.series[QString::fromStdString(scalar->series)], *scalar);
        } else if (const auto *gramian = std::get_if<GramianEvent>(&event)) {
            auto &history = loaded_.gramians[QString::fromStdString(gramian->block)];
            dropFrom(history, gramian->step);
            history.push_back(*gramian);
        } else if (const auto *probe = std::get_if<ProbeEvent>(&event)) {
            auto &history = loaded_.probes[{QString::fromStdString(probe->node), QString::fromStdString(probe->name)}];
            dropFrom(history, probe->step);
            history.push_back(*probe);
            thinProbes(history);
        } else if (const auto *prediction = std::get_if<PredictionEvent>(&event)) {
            auto &steps = loaded_.predictionSteps;
            while (!steps.empty() && steps.back() > prediction->step)
                steps.pop_back();
            if (steps.empty() || steps.back() < prediction->step)
                steps.push_back(prediction->step);
        } else if (const auto *state = std::get_if<StateEvent>(&event)) {
            loaded_.summary.state = state->state;
            loaded_.summary.step = state->step;
            loaded_.summary.totalSteps = state->totalSteps;
            loaded_.summary.message = state->message;
            changedState = true;
        } else if (const auto *log = std::get_if<LogEvent>(&event)) {
            loaded_.log.push_back(*log);
        } else if (const auto *checkpoint = std::get_if<CheckpointEvent>(&event)) {
            loaded_.checkpoints.push_back(*checkpoint);
        }
    }
    Q_EMIT grown();
    if (changedState)
        Q_EMIT stateChanged();
}

QString RunData::title() const
{
    return QStringLiteral("%1 %2").arg(loaded_.summary.number).arg(QString::fromStdString(loaded_.summary.name));
}

QStringList RunData::seriesNames() const
{
    QStringList names;
    for (const auto &[name, series] : loaded_.series)
        names += name;
    return names;
}

const Series *RunData::series(const QString &name) const
{
    const auto it = loaded_.series.find(name);
    return it == loaded_.series.end() ? nullptr : &it->second;
}

QStringList RunData::blocks() const
{
    QStringList names;
    for (const auto &[name, history] : loaded_.gramians)
        names += name;
    return names;
}

const std::vector<GramianEvent> &RunData::gramians(const QString &block) const
{
    static const std::vector<GramianEvent> none;
    const auto it = loaded_.gramians.find(block);
    return it == loaded_.gramians.end() ? none : it->second;
}

bool RunData::isActive() const
{
    return loaded_.summary.state == RunState::queued || loaded_.summary.state == RunState::running || loaded_.summary.state == RunState::paused;
}

double cosine(const std::vector<float> &gramian, int tasks, int i, int j)
{
    const auto at = [&](int row, int column) { return double(gramian[std::size_t(row * tasks + column)]); };
    if (std::size_t(tasks) * std::size_t(tasks) != gramian.size())
        return std::nan("");
    const double norms = std::sqrt(at(i, i)) * std::sqrt(at(j, j));
    return norms > 0 ? std::clamp(at(i, j) / norms, -1.0, 1.0) : std::nan("");
}

} // namespace concord
