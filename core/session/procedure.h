#pragma once

#include "core/base/registry.h"
#include "core/base/run_control.h"
#include "core/graph/experiment.h"
#include "core/store/run_store.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace concord {

/// Something a procedure says while it goes on: of one of its runs, or (run 0) of itself. Its own StateEvents count its parts (runs, steps, points).
struct ProcedureEvent
{
    int run = 0;
    RunEvent event = {};
};

struct ProcedureOrder
{
    std::string procedure = {};   ///< id in Registry<Procedure>
    ParamMap params = {};
    Experiment experiment = {};   ///< what its runs are made from; may be empty for a procedure that starts from a run
    std::string front = {};       ///< name of the front in the project; made from the procedure and the experiment when empty
};

struct ProcedureResult
{
    RunState state = RunState::finished;   ///< finished, stopped or failed
    std::string message = {};              ///< one sentence for people
    std::string front = {};                ///< "" where it made none
    std::vector<int> runs = {};            ///< that it made or took over
};

/// Executes a procedure in the caller's thread; its runs and its front go to the project. `listen` (may be null) is called in this thread. Never
/// throws: the outcome is the result's state and sentence. A procedure that was stopped, or whose process died, goes on when the same order is given
/// again: finished runs are taken as they are, others go on from their checkpoints. Not for the window's thread.
ProcedureResult executeProcedure(const std::filesystem::path &project, const ProcedureOrder &order, RunControl &control,
                                 const std::function<void(const ProcedureEvent &)> &listen);

class ProcedureContext;

/// Makes several runs, or trains several models together, to find out what one run cannot tell: a front of trade-offs, a better graph. One file
/// each in core/session/procedure.
class Procedure : public Parametrised
{
public:
    /// May throw Error, and Cancelled when it was asked to stop. What it finds it hands to the context as it goes.
    virtual void run(ProcedureContext &context) = 0;

    /// What it will make of an experiment with so many tasks, as words that follow "Makes": "10 runs".
    virtual std::string effort(std::size_t tasks) const = 0;
};

using ProcedureRegistry = Registry<Procedure>;

} // namespace concord
