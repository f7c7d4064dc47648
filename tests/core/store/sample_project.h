#pragma once

#include "core/store/run_store.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace concord::test {

namespace fs = std::filesystem;

inline std::string bytesOf(const fs::path &file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void put(const fs::path &file, const std::string &bytes)
{
    std::ofstream(file, std::ios::binary) << bytes;
}

/// A project with something of everything, closed, so that the file alone is all of it.
inline void makeSample(const fs::path &file)
{
    RunStore store(file, RunStore::Mode::create);
    store.saveDraft(std::string(3000, 'd'));
    const int number = store.createRun({.name = "sample", .experiment = "{}", .contentId = "c", .tasks = "[]", .environment = "{}"});
    std::vector<RunEvent> events;
    for (int step = 1; step <= 400; ++step) {
        events.push_back(ScalarEvent{"loss/a", step, 0.1 * step, 1.0 / step});
        events.push_back(ScalarEvent{"loss/b", step, 0.1 * step, 2.0 / step});
        events.push_back(GramianEvent{step, step % 2 ? "" : "enc", {1, 2, 2, float(step)}});
        events.push_back(ProbeEvent{.step = step, .node = "gates", .name = "gate", .rows = {"a", "b"}, .columns = {"expert 0", "expert 1"}, .values = {0, 1, 0.5, float(step)}});
    }
    events.push_back(PredictionEvent{.step = 400, .task = "a", .kind = "truth", .width = 50, .height = 40, .data = std::vector<std::uint8_t>(2000, 9)});
    events.push_back(LogEvent{.text = "hello"});
    events.push_back(CheckpointEvent{.step = 400, .kind = "last", .file = "f", .sha256 = "0"});
    events.push_back(StateEvent{.state = RunState::finished, .step = 400});
    store.append(number, events);
    Front front{.name = "sweep", .procedure = "weight_sweep", .tasks = {{.name = "a"}, {.name = "b"}}, .reference = {1, 1}};
    for (int point = 0; point < 40; ++point)
        front.points.push_back({.run = number, .step = 400, .label = "point", .weights = {0.5, 0.5}, .losses = {0.1, 0.2}, .metrics = {1, 2}});
    store.saveFront(front);
}

inline std::size_t readEverything(const RunStore &store)
{
    std::size_t read = store.draft().size();
    for (const RunSummary &run : store.runs(true)) {
        for (const std::string &name : store.seriesNames(run.number))
            read += store.series(run.number, name).steps.size() + store.summary(run.number, name, 10, INT64_MIN).steps.size();
        for (const std::string &block : store.gramianBlocks(run.number)) {
            for (const GramianEvent &gramian : store.gramians(run.number, block))
                read += gramian.values.size();
        }
        for (const ProbeEvent &probe : store.probes(run.number))
            read += probe.values.size() + probe.rows.size() + probe.columns.size();
        for (const std::int64_t step : store.predictionSteps(run.number)) {
            for (const PredictionEvent &plane : store.predictions(run.number, step))
                read += plane.data.size();
        }
        read += store.log(run.number).size() + store.checkpoints(run.number).size();
    }
    for (const Front &front : store.fronts())
        for (const FrontPoint &point : front.points)
            read += point.losses.size() + point.weights.size();
    return read;
}

inline std::vector<std::string> namesIn(const fs::path &folder)
{
    std::vector<std::string> result;
    for (const auto &entry : fs::directory_iterator(folder))
        result.push_back(entry.path().filename().string());
    std::ranges::sort(result);
    return result;
}

} // namespace concord::test
