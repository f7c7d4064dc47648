#pragma once

#include "core/base/registry.h"
#include "core/graph/experiment.h"
#include "core/store/run_store.h"

#include <optional>
#include <string>
#include <vector>

namespace concord {

/// Comparisons: several methods (or experiments) × seeds with the same data order from the same initial weights, beside single-task
/// baselines and a tuned plain sum of the losses, because scalarisation tuned with the same care often wins (Kurin et al., NeurIPS 2022;
/// Xin et al., NeurIPS 2022). Every training is an ordinary run of the project, tagged, so that a comparison is found, gone on with and
/// computed anew from the project alone.

/// One line of a comparison before it is trained.
struct Entrant
{
    std::string id = {};         ///< unique in the comparison: "cagrad:c=0.5", the name of an experiment or recipe
    std::string title = {};
    std::string preset = {};     ///< "" for none
    std::string fidelity = {};   ///< as on the card; "" where nothing is claimed
    Experiment experiment = {};
};

/// The experiment balanced by a method given as "id" or "id:parameter=value:parameter=value" ("cagrad:c=0.5", "mgda:preset=LibMTL"); all
/// else of the balance node is the method's default, but the preference. Throws Error: unknown method, parameter or value, or one that
/// this graph cannot be trained with.
Entrant methodEntrant(const Experiment &base, const std::string &spec);

struct ComparisonSetup
{
    std::string name = {};                       ///< of the comparison; with the base experiment it tells one from another
    Experiment base = {};                        ///< of the baselines, the tuned sum and the reference of costs
    std::vector<Entrant> entrants = {};
    bool methods = true;                         ///< entrants differ in their balance only; equal weights then always take part
    std::vector<std::int64_t> seeds = {1, 2, 3};
    std::int64_t steps = 0;                      ///< of every run; 0: as planned
    bool baselines = true;                       ///< one single-task run per task and seed
    int sumTrials = 8;                           ///< for the tuned plain sum: learning rate and static weights; 0: without it
    int tuneTrials = 0;                          ///< learning rates tried for every other line; the sum then gets as many; 0: the plan's
    bool tuneWeightDecay = false;                ///< searched too, where anything is
};

/// How many runs a comparison takes from nothing.
struct RunCount
{
    int finals = 0;
    int baselines = 0;   ///< final ones
    int trials = 0;
    int total() const { return finals + baselines + trials; }
    double work = 0;     ///< of all of them, in runs of the base with equal weights, by arithmetic
};
RunCount countRuns(const ComparisonSetup &setup);

/// Queues what the project does not have yet, and returns the numbers of the runs to execute now, in their order; empty: it is complete.
/// Call it again when these are over: lines that are tuned go on from their trials. Throws Error before anything is queued.
std::vector<int> queueComparison(RunStore &store, const ComparisonSetup &setup);

/// The same from the tagged runs alone, for a comparison that was begun. `id`: of ComparisonState. `retryFailed`: failed runs too.
std::vector<int> continueComparison(RunStore &store, const std::string &id, bool retryFailed = false);

/// "name #3fa9c1".
std::string comparisonId(const ComparisonSetup &setup);

/// What a run says of its part in a comparison.
struct ComparisonTag
{
    std::string comparison = {};                 ///< the id
    std::string row = {};
    std::string title = {};
    std::string preset = {};
    std::string fidelity = {};
    std::string task = {};                       ///< of a single-task baseline; "" for a line of its own
    std::string settings = {};                   ///< what the search chose: "lr 0.002, weights 1.2 : 0.8"
    std::int64_t seed = 0;
    int trial = -1;                              ///< of a search; −1: a final run
    bool reference = false;                      ///< costs are told relative to this line
    std::vector<std::int64_t> seeds = {};        ///< of a trial: those of the final runs

    bool isTrial() const { return trial >= 0; }
    bool isBaseline() const { return !task.empty(); }
    bool operator==(const ComparisonTag &) const = default;
};
std::string toJson(const ComparisonTag &tag);
/// Nothing for a run without such a tag.
std::optional<ComparisonTag> comparisonTag(const std::string &tags);

/// How far a comparison is; final runs that wait for a search are not among `runs` yet.
struct ComparisonState
{
    std::string id = {};
    int runs = 0;
    int over = 0;        ///< finished or failed
    int failed = 0;
    int newest = 0;      ///< number of its newest run
    std::vector<int> numbers = {};
};

/// All comparisons of a project, the newest first. From its runs alone: quick, for any thread.
std::vector<ComparisonState> listComparisons(const std::vector<RunSummary> &runs);

/// A balance method as a candidate: what it is, what it costs on this graph, why it cannot be taken.
struct MethodChoice
{
    Card card = {};
    std::vector<std::string> presets = {};       ///< besides the paper's
    std::vector<ParamSpec> params = {};          ///< its own, and the preset
    double cost = 1;                             ///< of a step against equal weights, by arithmetic: passes and multiply-adds
    std::string passes = {};                     ///< "2.1× backward, +9.7 MB"
    std::string refusal = {};                    ///< "" when it can be trained on this graph
};
std::vector<MethodChoice> methodChoices(const Experiment &base);

/// By arithmetic, of a step of the experiment against one with equal weights.
double expectedCost(const Experiment &experiment);

/// How long a step of this experiment takes with equal weights, from a run that was trained here.
struct StepTime
{
    int run = 0;
    double seconds = 0;            ///< loading and evaluations included; a dearer method's time is divided by its expected cost
    std::int64_t totalSteps = 0;   ///< of that run
};

/// From the newest run with the same graph but for its balance, and the same batch, device and precision; `first` is asked before the
/// others. Nothing where there is none.
std::optional<StepTime> measuredStep(const RunStore &store, const Experiment &base, int first = 0);

} // namespace concord
