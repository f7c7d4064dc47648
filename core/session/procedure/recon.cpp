// Recon (Shi et al., ICLR 2023): the S-conflict score of a block counts the pairs of tasks whose gradients there had a cosine below S, over a whole
// training; the blocks with the highest scores become task-specific, and the new network is trained from the start. The paper's unit is a layer and
// its later layers stay shared; here it is a block of the graph, and shared blocks behind a split one are split with it (see splitBlocks).
#include "core/graph/analysis.h"
#include "core/session/conflict_split.h"
#include "core/session/procedure_context.h"

#include <algorithm>

namespace concord {

class Recon : public Procedure
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("run", run_, {.help = "Number of the finished run whose Gramians are looked at; 0 trains the experiment first", .min = 0, .max = 1e9});
        visitor("threshold", threshold_, {.help = "S: cosines below it count as conflicts; 0 counts all, lower values the severe ones only", .min = -1, .max = 0});
        visitor("blocks", blocks_, {.help = "How many of the worst blocks are split", .min = 1, .max = 1000});
        visitor("train", train_, {.help = "Train the new graph at once; otherwise its run stays in the queue"});
    }

    std::string effort(std::size_t) const override
    {
        return fmt::format("{}one run of the new graph{}", run_ > 0 ? "" : "a run whose conflicts are counted, and ", train_ ? "" : ", which stays in the queue");
    }

    void run(ProcedureContext &context) override
    {
        const int from = run_ > 0 ? int(run_) : context.startingRun(0);
        const RunSummary summary = context.store().run(from);
        Experiment experiment = experimentFromJson(summary.experiment, fmt::format("run {}", from));
        const std::vector<std::string> worst = worstBlocks(context, from, analyse(experiment.graph).order);
        experiment.graph = splitBlocks(experiment.graph, worst);
        experiment.name += (experiment.name.empty() ? "Recon: split " : ", Recon: split ") + join(worst, ", ");
        if (!train_) {
            const int queued = context.queue(experiment);
            context.say(fmt::format("run {} waits in the queue", queued));
        } else if (!context.train(experiment)) {
            throw Error("recon: the run of the split graph failed");
        }
    }

private:
    std::vector<std::string> worstBlocks(ProcedureContext &context, int run, const std::vector<std::string> &order) const
    {
        std::vector<BlockConflicts> scores = countConflicts(context.store(), run, threshold_);
        if (scores.empty())
            throw Error("recon: expected Gramians of run {} in the project, found none; train with two or more tasks and plan.conflictEvery above 0", run);
        for (const BlockConflicts &score : scores)
            context.say(fmt::format("{}: {} of {} pairs with a cosine below {:g}", score.block, score.conflicts, score.pairs, threshold_));
        std::erase_if(scores, [](const BlockConflicts &score) { return score.conflicts == 0; });
        if (scores.empty())
            throw Error("recon: expected a block of run {} with cosines below {:g}, found none: there is nothing to split", run, threshold_);
        // Of equal scores the later block: fewer others follow it.
        const auto place = [&order](const BlockConflicts &score) { return std::ranges::find(order, score.block) - order.begin(); };
        std::ranges::sort(scores, [&](const BlockConflicts &a, const BlockConflicts &b) { return std::pair(a.conflicts, place(a)) > std::pair(b.conflicts, place(b)); });
        scores.resize(std::min(scores.size(), std::size_t(blocks_)));
        std::vector<std::string> worst;
        for (const BlockConflicts &score : scores)
            worst.push_back(score.block);
        return worst;
    }

    std::int64_t run_ = 0;
    double threshold_ = 0;
    std::int64_t blocks_ = 1;
    bool train_ = true;
};

static const Register<Procedure, Recon> registeredRecon{Card{
    .id = "recon",
    .title = "Recon",
    .category = "Graphs",
    .summary = "Counts conflicts per block in a finished run, makes the worst blocks task-specific and trains the new graph.",
    .paper = "Shi et al., ICLR 2023",
    .claims = {},
    .fidelity = "reduced architecture",
}};

} // namespace concord
