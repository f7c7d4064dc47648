#include "core/graph/analysis_pass.h"

namespace concord {

/// What does no harm but was hardly meant.
void AnalysisPass::lint()
{
    if (result_.tasks.empty())
        return;   // nothing reaches a loss yet, and the missing balance or loss is named already
    for (std::size_t i = 0; i < items_.size(); ++i) {
        Item &item = items_[i];
        NodeFacts &facts = *item.facts;
        if (!facts.block || is(i, "Balance"))
            continue;
        if (facts.tasks.empty() && !is(i, "Data")) {
            report(&item, "", is(i, "Losses") ? "expected a link to the balance node, found none: this loss trains nothing"
                                              : "expected to lead to a loss of the balance node, found that it does not: it is not trained", Severity::warning);
            continue;
        }
        std::vector<bool> used(facts.outputs.size());
        for (const std::size_t link : item.out)
            if (links_[link].output)
                used[item.outputs.position(*links_[link].output)] = true;
        for (std::size_t port = 0; port < used.size(); ++port) {
            if (used[port])
                continue;
            const Port &output = facts.outputs[port];
            // An encoder's unused levels are normal; a copy of a repeating port or the data's image is not.
            const bool odd = output.repeats || is(i, "Data");
            if (output.type == PortType::label)
                report(&item, output.id, fmt::format("expected a loss for '{}', found none: this task is not trained", output.id), Severity::info);
            else
                report(&item, output.id, fmt::format("output '{}' is not used", output.id), odd ? Severity::warning : Severity::info);
        }
    }
}

} // namespace concord
