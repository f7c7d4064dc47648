// What each balance method would cost on a graph, and whether it can train it at all.
#include "core/balance/balance_block.h"
#include "core/balance/balance_cost.h"
#include "core/session/compare.h"

#include <algorithm>

namespace concord {

double expectedCost(const Experiment &experiment)
{
    const std::optional<BalanceCost> cost = balanceCost(experiment.graph, experiment.plan, analyse(experiment.graph));
    return cost ? cost->stepRatio() : 1;
}

std::vector<MethodChoice> methodChoices(const Experiment &base)
{
    std::vector<MethodChoice> choices;
    for (const auto &[id, entry] : BalanceRegistry::instance().entries()) {
        MethodChoice choice{.card = entry.card};
        const std::unique_ptr<BalanceMethod> method = entry.make();
        for (const BalancePreset &preset : method->presets())
            choice.presets.push_back(preset.name);
        choice.params = listParams(*method);
        try {
            const Experiment entrant = methodEntrant(base, id).experiment;
            const Analysis analysis = analyse(entrant.graph);
            if (const auto cost = balanceCost(entrant.graph, entrant.plan, analysis)) {
                choice.cost = cost->stepRatio();
                choice.passes = cost->shortText();
            }
            choice.refusal = analysis.firstError();
        } catch (const std::exception &error) {
            choice.refusal = error.what();
        }
        choices.push_back(std::move(choice));
    }
    return choices;
}

} // namespace concord
