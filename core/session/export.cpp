#include "core/data/dataset.h"
#include "core/exporter/exporter.h"
#include "core/exporter/report.h"
#include "core/graph/analysis.h"
#include "core/probe/device_batch.h"
#include "core/session/session.h"
#include "core/train/checkpoint.h"
#include "core/train/learner.h"

#include <algorithm>
#include <numeric>

namespace concord {

namespace {

/// The first samples of the validation set (of the training set where there is none).
DeviceBatch probeBatch(const Model &model, const DataBlock &data, const Plan &plan)
{
    std::shared_ptr<const Dataset> samples = data.open(Split::validation, std::uint64_t(plan.seed));
    if (samples->size() == 0)
        samples = data.open(Split::train, std::uint64_t(plan.seed));
    if (samples->size() == 0)
        throw Error("export: expected samples to compare the written file on, found an empty data set");
    std::vector<std::int64_t> indices(std::size_t(std::clamp<std::int64_t>(plan.probeBatch, 2, std::max<std::int64_t>(2, samples->size()))));
    std::iota(indices.begin(), indices.end(), 0);
    for (std::int64_t &index : indices)
        index %= samples->size();
    return toDevice(gather(*samples, indices), samples->info(), model, plan.channelsLast);
}

CheckpointEvent bestCheckpoint(const RunStore &store, int run)
{
    for (const char *kind : {"best", "last"})
        if (const std::optional<CheckpointEvent> found = store.checkpoint(run, kind); found && std::filesystem::exists(store.folder() / found->file))
            return *found;
    throw Error("run {}: expected a checkpoint to export, found none; train it for some steps first", run);
}

} // namespace

ExportResult exportRun(const std::filesystem::path &project, int run, const std::string &format, const std::filesystem::path &out)
{
    const std::unique_ptr<Exporter> exporter = ExporterRegistry::instance().make(format);
    const RunStore store(project, RunStore::Mode::read);
    const Experiment experiment = experimentFromJson(store.run(run).experiment, fmt::format("run {}", run));
    const CheckpointEvent checkpoint = bestCheckpoint(store, run);
    const Analysis analysis = analyse(experiment.graph);
    const DataBlock &data = requireDataNode(analysis);
    const DatasetInfo info = data.describe();

    // On the CPU, whatever the run was trained on: the file is for anywhere.
    const std::unique_ptr<Model> model = Model::compile(experiment.graph, analysis, info, {.device = "cpu", .channelsLast = experiment.plan.channelsLast, .seed = std::uint64_t(experiment.plan.seed)});
    loadWeights(store.folder() / checkpoint.file, *model);
    const DeviceBatch probe = probeBatch(*model, data, experiment.plan);

    ExportResult result{.file = out};
    result.maxDifference = exporter->write(*model, info, probe.image, out);
    const std::string size = fmt::format("{:.1f} MB", double(std::filesystem::file_size(out)) / 1e6);
    result.message = format == "torchscript"
        ? fmt::format("wrote {} ({}, {} checkpoint of step {}); it differs from the live model by at most {:.2g} on {} samples", out.string(), size, checkpoint.kind, checkpoint.step, result.maxDifference, probe.size)
        : fmt::format("wrote {} ({}, {} checkpoint of step {}); read back, every tensor is the same", out.string(), size, checkpoint.kind, checkpoint.step);
    return result;
}

std::filesystem::path writeReport(const std::filesystem::path &project, const std::vector<int> &runs, const std::filesystem::path &folder)
{
    return writeReportPage(RunStore(project, RunStore::Mode::read), runs, folder);
}

} // namespace concord
