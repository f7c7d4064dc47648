// Deep virtual networks: one network of units; each task orders them in its own way, and runs on as many of the first ones as the budget allows.
#include "core/session/task_ends.h"

#include <algorithm>

namespace concord {

namespace {

class DeepVirtualNetworks : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("units", units_, {.help = "Units that each layer's channels are divided into", .min = 1, .max = 64});
        visitor("levels", levels_, {.help = "The budgets that each task is trained for, as numbers of units; each costs a forward pass per task", .min = 1, .max = 64});
        visitor("level", level_,
                {.help = "The level that is measured and exported: one number for all tasks, or one for each; empty: the last of the levels", .min = 1, .max = 64});
        visitor("others", others_, {.help = "What the loss of each other level counts beside that of the chosen one", .min = 0, .max = 1e3});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        const std::size_t tasks = layout.tasks().size();
        const std::vector<std::size_t> chosen = chosenLevels(tasks);
        Streams streams(tasks * levels_.size(), layout.input());
        std::size_t stage = 0;
        if (layout.isResNet()) {
            layout.nextColumn();
            streams.assign(streams.size(), layout.addStage("trunk", stage++, layout.input(), layout.middle()));
        }
        layout.setFrame("Virtual networks");
        for (const std::size_t first = stage; stage < layout.stages(); ++stage) {
            if (layout.width(stage) % units_ != 0)
                throw Error("recipe dvn: expected widths that are multiples of the {} units, found {}", units_, layout.width(stage));
            const std::int64_t stride = layout.stride(stage, streams.front());
            const ParamMap params = {{"channels", layout.width(stage)},
                                     {"blocks", layout.isResNet() ? 2 : layout.hasImages() && stage > 0 ? options().blocks : 1},
                                     {"stride", stride},
                                     {"kind", stage == 0 ? "plain" : "basic"},
                                     {"units", units_},
                                     {"levels", levels_},
                                     {"divided", stage != first}};
            streams = layout.addSharing(fmt::format("virtual{}", stage + 1), "virtual_stage", params, streams);
            for (Stream &stream : streams)
                stream.shrink *= stride;
        }
        layout.setFrame("");
        layout.nextColumn();
        Streams ends;
        for (std::size_t t = 0; t < tasks; ++t) {
            const auto ofTask = streams.begin() + std::ptrdiff_t(t * levels_.size());
            ends.push_back(ofTask[std::ptrdiff_t(chosen[t])]);
            addOthers(layout, t, {ofTask, ofTask + std::ptrdiff_t(levels_.size())}, chosen[t]);
        }
        layout.finish(ends);
    }

private:
    /// Heads one below the other in the task's row.
    void addOthers(RecipeLayout &layout, std::size_t task, const Streams &levels, std::size_t chosen) const
    {
        double y = layout.row(task);
        for (std::size_t i = 0; i < levels.size(); ++i) {
            if (i == chosen || others_ == 0)
                continue;
            const std::string head = layout.addInitialPrediction(task, levels[i], others_).from.node;
            layout.graph().find(head)->y = y;
            y += 40;
        }
    }

    std::vector<std::size_t> chosenLevels(std::size_t tasks) const
    {
        if (levels_.empty() || std::ranges::max(levels_) > units_)
            throw Error("recipe dvn: levels: expected numbers of units up to {}, found {}", units_, levels_.empty() ? "none" : paramText(levels_));
        if (level_.size() > 1 && level_.size() != tasks)
            throw Error("recipe dvn: level: expected one number or one for each of {} tasks, found {}", tasks, level_.size());
        std::vector<std::size_t> chosen(tasks, levels_.size() - 1);
        for (std::size_t t = 0; t < tasks && !level_.empty(); ++t) {
            const std::int64_t wanted = level_[level_.size() > 1 ? t : 0];
            chosen[t] = std::size_t(std::ranges::find(levels_, wanted) - levels_.begin());
            if (chosen[t] == levels_.size())
                throw Error("recipe dvn: level: expected one of the levels {}, found {}", paramText(levels_), wanted);
        }
        return chosen;
    }

    std::int64_t units_ = 4;
    std::vector<std::int64_t> levels_ = {1, 2, 4};
    std::vector<std::int64_t> level_;
    double others_ = 1;
};

} // namespace

static const RegisterRecipe<DeepVirtualNetworks> registeredDeepVirtualNetworks{RecipeCard{
    .card = {.id = "dvn",
             .title = "Deep virtual networks",
             .category = "Recipes",
             .summary = "One network of units from which each task can run at several sizes, each of which holds the smaller ones.",
             .paper = "Kim et al., CVPR 2019",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2019,
    .kind = "novel-setting",
    .explanation = {"A device may have memory for a large network now and for a small one later, and for other tasks at the same time; one set of weights should do for all of it.",
                    "Each layer's channels are divided into units; a task takes them in an order that starts with its own, its level n is the network of its first n units, and all levels "
                    "of all tasks are trained together.",
                    "There is a forward pass for each task and level, smaller ones for lower levels; a small residual network stands in for the paper's, the orders go round, and each level "
                    "has its own normalisation and a small head, where only the chosen level has a whole decoder."},
    .suits = imageTaskKinds(),
}};

} // namespace concord
