#pragma once

#include "core/base/registry.h"
#include "core/base/run_control.h"
#include "core/graph/experiment.h"
#include "core/store/run_store.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace concord {

/// The facade that the window and the command line share. Torch-free; every call is for a worker thread unless it says otherwise.

/// A new queued run of `experiment` in the project; returns its number. Throws Error when the experiment has errors.
/// Quick enough for any thread.
int queueRun(RunStore &store, const Experiment &experiment);

/// As above with a name of the caller's ("": the usual one), and with tags by which it finds the run again.
int queueRun(RunStore &store, const Experiment &experiment, const std::string &name, const std::string &tags);

struct ExecuteOptions
{
    std::int64_t steps = 0;   ///< total to reach; 0: the plan's
};

/// Executes a queued run, or continues a stopped, interrupted, failed or finished one from its last checkpoint, in the caller's
/// thread. Everything goes to the store; `listen` (may be null) sees each event too, in this thread. Never throws: the outcome
/// is the run's final state and sentence.
StateEvent executeRun(const std::filesystem::path &project, int run, const ExecuteOptions &options, RunControl &control,
                      const std::function<void(const RunEvent &)> &listen);

struct ExportResult
{
    std::filesystem::path file = {};
    double maxDifference = 0;       ///< against the live model on the probe batch; 0 when the format has no forward
    std::string message = {};       ///< one sentence for people
};

/// Exports the run's best (else last) checkpoint. Formats: ids of Registry<Exporter> ("torchscript", "safetensors"). Throws Error.
ExportResult exportRun(const std::filesystem::path &project, int run, const std::string &format, const std::filesystem::path &out);

/// `report.html`, self-contained, into `folder`. Throws Error.
std::filesystem::path writeReport(const std::filesystem::path &project, const std::vector<int> &runs, const std::filesystem::path &folder);

/// Relative multi-task gain in percent: Δm = 100/T Σ (−1)^l (M_multi − M_single)/M_single over each task's main metric, so that
/// + is better (Maninis et al., CVPR 2019, with the sign of "+ is better"). `baselines`: one single-task run per task.
double relativeGain(const RunStore &store, int run, const std::vector<int> &baselines);

/// Facts for the status bar and `describe`: "LibTorch 1.13.1, 2 threads, CPU". Calls torch: not for the window's thread.
std::string environmentJson(const Plan &plan);

/// What each node that starts from a file of weights finds in it: one sentence each. Reads the files; throws Error as a run would.
std::vector<std::string> weightNotes(const Experiment &experiment);

/// Registered ids with titles, for lists and menus: blocks, balance, losses, metrics, schedules, optimisers, formats, recipes, procedures, exporters.
std::vector<Card> listCards(const std::string &family);

/// The parameters of a plan's part with their defaults; `family` is "optimisers" or "schedules". Null for an id that is not registered.
std::unique_ptr<Parametrised> makePlanPart(const std::string &family, const std::string &id);

} // namespace concord
